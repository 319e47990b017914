"""What the settings promise: durability, headers, hosts, hashing; read where each takes effect."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from invigil.launch.place import here

NAMES = ("ALLOWED_HOSTS", "REALTIME_ALLOWED_ORIGINS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
OTHERS = ("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "PASSWORD_HASHERS", "DATABASES")
SHOWN = (*NAMES, *OTHERS, "SECRET_KEY_FALLBACKS")
READ = f"""
import json
from invigil import settings
shown = {{name: getattr(settings, name) for name in {SHOWN!r}}}
shown["connect-src"] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"]
shown["lifetime"] = settings.SESSION_COOKIE_AGE
print(json.dumps(shown, default=str))
"""


def settings_of(**environment: str) -> dict[str, Any]:
    """Return the settings that a process with only these variables reads."""
    root = here().root
    path = os.pathsep.join([str(root), str(root / "platform")])
    done = subprocess.run(
        [sys.executable, "-c", READ],
        cwd=root,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout))


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "value"), [("synchronous_commit", "on"), ("lock_timeout", "10s")])
def test_every_connection_waits_for_the_disk_and_not_for_ever(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        assert cursor.fetchone() == (value,)


def test_a_page_carries_the_strict_policy(client: Client) -> None:
    answer = client.get("/healthz")
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer.headers["Content-Security-Policy"].split(";")
    )
    for directive in ("default-src", "base-uri", "frame-ancestors"):
        assert policy[directive] == "'none'"
    for directive in ("script-src", "style-src", "form-action", "worker-src"):
        assert policy[directive] == "'self'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(" ".join(policy.values()).split())
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_another_host_is_refused(client: Client) -> None:
    headers = {"host": "evil.example", "accept": "application/json"}
    assert client.get("/accounts/login/", headers=headers).status_code == 400


def test_no_host_and_no_origin_is_a_wildcard() -> None:
    plain = settings_of(PORT="8100")
    assert plain["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost"]
    assert set(plain["REALTIME_ALLOWED_ORIGINS"]) == {
        "http://127.0.0.1:8100",
        "http://localhost:8100",
    }
    assert set(plain["connect-src"]) == {"'self'", "ws://127.0.0.1:8101", "ws://localhost:8101"}


def test_a_page_may_open_the_socket_of_every_host_that_it_is_served_from() -> None:
    lan = settings_of(DJANGO_ALLOWED_HOSTS="127.0.0.1,192.0.2.7", PORT="8100")
    assert set(lan["connect-src"]) == {"'self'", "ws://127.0.0.1:8101", "ws://192.0.2.7:8101"}
    safe = settings_of(DJANGO_ALLOWED_HOSTS="exams.example", INVIGIL_HTTPS="1", PORT="8100")
    assert set(safe["connect-src"]) == {"'self'", "wss://exams.example:8101"}
    proxied = settings_of(RT_PUBLIC_URL="wss://live.example", PORT="8100")
    assert set(proxied["connect-src"]) == {"'self'", "wss://live.example"}


def test_the_keys_of_earlier_are_read_so_that_a_key_can_be_changed() -> None:
    assert settings_of()["SECRET_KEY_FALLBACKS"] == []
    assert settings_of(DJANGO_SECRET_KEY_FALLBACKS="old, older")["SECRET_KEY_FALLBACKS"] == [
        "old",
        "older",
    ]


def test_a_site_with_https_sends_its_cookies_over_https_only() -> None:
    plain = settings_of()
    assert not plain["SESSION_COOKIE_SECURE"]
    assert plain["SECURE_HSTS_SECONDS"] == 0
    safe = settings_of(
        INVIGIL_HTTPS="1", DJANGO_ALLOWED_HOSTS="exams.example", SITE_URL="https://exams.example"
    )
    assert safe["SESSION_COOKIE_SECURE"]
    assert safe["CSRF_COOKIE_SECURE"]
    assert safe["SECURE_SSL_REDIRECT"]
    assert safe["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert set(safe["REALTIME_ALLOWED_ORIGINS"]) == {"https://exams.example"}


def test_the_database_address_is_taken_apart() -> None:
    read = settings_of(DATABASE_URL="postgres://a%40b:p%2Fw@db.example:5433/exams")
    database = read["DATABASES"]["default"]
    assert [database[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "a@b", "p/w", "db.example", "5433", "exams",
    ]  # fmt: skip


def test_only_a_test_run_hashes_cheaply() -> None:
    assert settings.TESTING
    assert make_password("sunny-river-stone").startswith("md5$")
    assert "Scrypt" in settings_of()["PASSWORD_HASHERS"][0]
