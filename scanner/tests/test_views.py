"""Uploads over HTTP: what is taken, what is said about it, what is given out."""

import socket
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership, User
from accounts.roles import Role
from scanner import services
from scanner.engines.base import bind_engine
from scanner.models import Upload
from scanner.tests.cast import CLEAN, Scripted
from scanner.tests.test_storage import files

pytestmark = pytest.mark.django_db
BACKEND = "accounts.backends.InvigilBackend"
TOKEN = "t" * 32


def signed_in(user: User, **options: Any) -> Client:
    assert user.institution is not None
    Membership.objects.get_or_create(user=user, institution=user.institution, role=Role.STUDENT)
    client = Client(**options)
    client.force_login(user, backend=BACKEND)
    return client


def post(
    client: Client, name: str = "essay.txt", content: bytes = b"essay", **more: str
) -> dict[str, Any]:
    form = {"purpose": "answer", **more, "file": SimpleUploadedFile(name, content)}
    response = client.post("/uploads/", form)
    return {"http": response.status_code, **response.json()}


def test_a_file_is_received_and_the_page_told_that_nobody_checks_it_yet(ana: User) -> None:
    client = signed_in(ana)
    body = post(client)
    assert (body["http"], body["state"], body["scanner"], body["url"]) == (
        201,
        "quarantined",
        False,
        None,
    )
    answer = client.get(f"/uploads/{body['id']}/status")
    assert answer.json() == {key: value for key, value in body.items() if key != "http"}
    assert answer["Cache-Control"] == "no-store"


def test_a_clean_file_is_an_attachment_that_no_browser_renders(ana: User) -> None:
    bind_engine(Scripted(CLEAN))
    client = signed_in(ana)
    body = post(client, name="پاسخ.txt")
    services.scan_upload(Upload.objects.get().pk)
    url = client.get(f"/uploads/{body['id']}/status").json()["url"]
    response = client.get(url)
    assert b"".join(response.streaming_content) == b"essay"  # type: ignore[attr-defined] # of a FileResponse
    response.close()
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"] == "text/plain"


def test_no_byte_leaves_before_the_verdict(ana: User) -> None:
    client = signed_in(ana)
    body = post(client)
    response = client.get(f"/uploads/{body['id']}/file", headers={"Accept": "application/json"})
    assert (response.status_code, response.json()["code"]) == (409, "upload_not_clean")


def test_an_outsider_learns_nothing(ana: User, olga: User) -> None:
    body = post(signed_in(ana))
    outsider = signed_in(olga)
    for path in ("status", "file"):
        response = outsider.get(
            f"/uploads/{body['id']}/{path}", headers={"Accept": "application/json"}
        )
        assert (response.status_code, response.json()["code"]) == (404, "upload_not_found")


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    assert post(client)["code"] == "sign_in_needed"
    assert not Upload.objects.exists()


def test_a_purpose_above_ones_role_is_refused(ana: User) -> None:
    body = post(signed_in(ana), name="people.csv", content=b"a,b", purpose="roster")
    assert (body["http"], body["code"]) == (403, "upload_not_allowed")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"name": "page.html"}, 415, "file_refused"),
        ({"content": b""}, 415, "file_refused"),
        ({"purpose": "party"}, 415, "file_refused"),
    ],
)
def test_a_refusal_has_code_text_and_reason(
    ana: User, more: dict[str, Any], status: int, code: str
) -> None:
    body = post(signed_in(ana), **more)
    assert (body["http"], body["code"]) == (status, code)
    assert body["detail"]
    assert body["data"]["reason"]


def test_a_form_without_a_file_is_refused(ana: User) -> None:
    response = signed_in(ana).post("/uploads/", {"purpose": "answer"})
    assert response.json()["data"] == {"reason": "missing"}


def test_a_body_that_is_no_form_is_refused(ana: User) -> None:
    client = signed_in(ana)
    response = client.post("/uploads/", b"junk", content_type="multipart/form-data; boundary=x")
    assert response.status_code in {400, 415}
    no_boundary = client.post("/uploads/", b"junk", content_type="multipart/form-data")
    assert no_boundary.status_code == 400


def test_a_path_as_name_is_no_path(ana: User, stores: Path) -> None:
    body = post(signed_in(ana), name="../../../tmp/essay.txt")
    assert body["http"] in {201, 415}
    assert all(len(name) == 36 for name in files(stores))


def test_a_length_above_the_limit_is_refused_unread(ana: User, settings: LazySettings) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    body = post(signed_in(ana), content=b"x" * 50_000)
    assert (body["http"], body["code"], body["data"]) == (
        413,
        "file_too_large",
        {"limit_bytes": 1000},
    )


def test_a_form_of_another_site_is_refused(ana: User) -> None:
    client = signed_in(ana, enforce_csrf_checks=True)
    form = {"purpose": "answer", "file": SimpleUploadedFile("a.txt", b"x")}
    assert client.post("/uploads/", form).status_code == 403
    client.cookies["csrftoken"] = TOKEN
    accepted = client.post("/uploads/", form, headers={"X-CSRFToken": TOKEN})
    assert accepted.status_code in {201, 415}  # the file object was read by the first try
    assert accepted.status_code != 403


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_not_there(ana: User, method: str) -> None:
    assert getattr(signed_in(ana), method)("/uploads/").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_an_upload_that_breaks_off_leaves_no_trace(
    ana: User, live_server: LiveServer, stores: Path
) -> None:
    cookie = signed_in(ana).cookies["sessionid"].value
    head = (
        f"POST /uploads/ HTTP/1.1\r\nHost: {live_server.thread.host}\r\n"
        f"Cookie: sessionid={cookie}; csrftoken={TOKEN}\r\nX-CSRFToken: {TOKEN}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 3000000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    )
    address = (live_server.thread.host, live_server.thread.port)
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(head.encode() + b"x" * 200_000)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(4096)
    assert b"201" not in answer.split(b"\r\n", 1)[0]
    assert files(stores) == []
    assert not Upload.objects.exists()
