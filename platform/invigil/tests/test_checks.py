"""The deploy gates refuse a wrong setting with its mend, and pass a right one."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core import checks as django_checks

from invigil import checks
from invigil.launch.place import here


def test_the_development_key_is_refused_outside_of_debug_mode(settings: Any) -> None:
    settings.DEBUG = False
    settings.SECRET_KEY = "insecure-only-for-development"
    (refusal,) = checks.check_secret_key(None)
    assert refusal.id == "invigil.E001"
    assert "DJANGO_SECRET_KEY_FILE" in str(refusal.hint)
    settings.DEBUG = True
    assert checks.check_secret_key(None) == []


def test_a_key_of_its_own_is_accepted(settings: Any) -> None:
    settings.DEBUG = False
    settings.SECRET_KEY = "a-key-of-this-site"
    assert checks.check_secret_key(None) == []


@pytest.mark.parametrize("hosts", [["*"], ["exams.example", "*"]])
def test_the_wildcard_host_is_refused(settings: Any, hosts: list[str]) -> None:
    settings.ALLOWED_HOSTS = hosts
    (refusal,) = checks.check_allowed_hosts(None)
    assert refusal.id == "invigil.E002"
    assert refusal.is_serious()


def test_named_hosts_are_accepted(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["exams.example", ".school.example"]
    assert checks.check_allowed_hosts(None) == []


def test_a_proxy_without_https_is_refused_with_its_mend(settings: Any) -> None:
    settings.BEHIND_PROXY, settings.HTTPS = True, False
    (refusal,) = checks.check_proxy(None)
    assert (refusal.id, "INVIGIL_HTTPS=1" in str(refusal.hint)) == ("invigil.E003", True)
    settings.HTTPS = True
    assert checks.check_proxy(None) == []


def test_the_gates_are_shut_before_a_deployment_only(settings: Any) -> None:
    settings.DEBUG, settings.SECRET_KEY, settings.ALLOWED_HOSTS = False, "insecure-x", ["*"]
    assert ours(deploy=True) == {"invigil.E001", "invigil.E002"}
    assert ours(deploy=False) == set()


@pytest.mark.parametrize("entry", ["invigil.wsgi", "invigil.asgi"])
def test_a_serving_process_without_a_key_of_its_own_does_not_start(entry: str) -> None:
    root = here().root
    path = os.pathsep.join([str(root), str(root / "platform")])
    done = subprocess.run(
        [sys.executable, "-c", f"import {entry}"],
        cwd=root,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "DJANGO_SECRET_KEY is not set. Set DJANGO_SECRET_KEY" in done.stderr


def ours(*, deploy: bool) -> set[str]:
    found = django_checks.run_checks(
        tags=[django_checks.Tags.security], include_deployment_checks=deploy
    )
    return {str(message.id) for message in found if str(message.id).startswith("invigil.")}
