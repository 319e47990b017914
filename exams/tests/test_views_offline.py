"""The worker's script: its headers, its place, its one piece; and what the room's page says of itself."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exams.tests.conftest import Cast, begin
from web import built

SCRIPT = "/sittings/offline.js"


def test_the_script_is_a_plain_one_that_is_asked_for_anew(client: Client) -> None:
    response = client.get(SCRIPT)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Cache-Control"] == "no-cache"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response


def test_the_script_may_fetch_from_this_site_and_nothing_else(client: Client) -> None:
    policy = client.get(SCRIPT)["Content-Security-Policy"]
    assert sorted(part.strip() for part in policy.split(";")) == [
        "connect-src 'self'",
        "default-src 'none'",
    ]


def test_the_script_reaches_no_further_than_where_it_lies(client: Client) -> None:
    assert "Service-Worker-Allowed" not in client.get(SCRIPT)
    assert reverse("exams:offline") == SCRIPT
    assert reverse("exams:room", args=[5]).startswith(SCRIPT.rpartition("/")[0] + "/")


def test_the_script_is_in_one_piece(client: Client) -> None:
    # Firefox runs no modules as service workers, and a policy without script-src loads no second file.
    script = client.get(SCRIPT).content.decode()
    assert not re.search(r"\b(import|export)\b\s*[({*'\"\w]|importScripts", script)


def test_a_site_that_is_not_built_has_no_worker(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.DJANGO_VITE = {"default": {"manifest_path": tmp_path / "manifest.json"}}
    assert client.get(SCRIPT).status_code == 404


def test_the_script_is_only_read(client: Client) -> None:
    assert client.post(SCRIPT).status_code == 405


def shell_of(page: str) -> Any:
    found = re.search(r'<script id="room-shell" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


@pytest.mark.django_db
def test_the_room_names_its_person_and_every_file_it_loads(cast: Cast, client: Client) -> None:
    taken = begin(cast)
    client.force_login(cast.ana)
    page = client.get(reverse("exams:room", args=[taken.sitting_id])).content.decode()
    shell = shell_of(page)
    assert shell["user"] == cast.ana.pk
    assert f'data-person="{cast.ana.pk}"' in page
    named = set(re.findall(r'(?:src|href)="(/(?:static|i18n)/[^"]+)"', page))
    assert named
    assert named <= set(shell["assets"])
    for address in shell["assets"]:
        response = client.get(address)
        assert "immutable" in response["Cache-Control"], address
        response.close()


@pytest.mark.django_db
def test_fonts_and_workers_are_among_the_files(cast: Cast, client: Client) -> None:
    taken = begin(cast)
    client.force_login(cast.ana)
    page = client.get(reverse("exams:room", args=[taken.sitting_id])).content.decode()
    kinds = {address.rpartition(".")[2].partition("?")[0] for address in shell_of(page)["assets"]}
    assert {"js", "css", "woff2"} <= kinds
    assert any("heartbeat.worker" in address for address in shell_of(page)["assets"])
    assert not any(
        str(built.file_of("exams/ui/offline.entry.ts").name) in a for a in shell_of(page)["assets"]
    )


@pytest.mark.django_db
def test_no_question_is_in_the_page_that_is_kept(cast: Cast, client: Client) -> None:
    taken = begin(cast)
    client.force_login(cast.ana)
    page = client.get(reverse("exams:room", args=[taken.sitting_id])).content.decode()
    assert "canary" not in page


@pytest.mark.django_db
def test_a_page_for_a_visitor_says_that_nobody_is_signed_in(client: Client) -> None:
    assert 'data-person=""' in client.get("/accounts/login/").content.decode()


def test_the_page_of_a_failure_does_not_say_who_is_signed_in(client: Client) -> None:
    headers = {"host": "evil.example", "accept": "text/html"}
    assert "data-person" not in client.get("/accounts/login/", headers=headers).content.decode()
