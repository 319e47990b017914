"""Class lists in the browser."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import RosterDraft, User
from accounts.tests.conftest import Cast, as_person, text


def send_list(client: Client, content: bytes) -> Any:
    file = SimpleUploadedFile("la1.csv", content, content_type="text/csv")
    return client.post("/people/import/", {"file": file, "region": "GB"})


def test_a_class_list_goes_from_file_to_people(mona: Client) -> None:
    to_preview = send_list(mona, b"name;number;class\nCleo Day;C-1;LA1\nDan Eck;D-1;BIO\n")[
        "Location"
    ]
    page = text(mona.get(to_preview))
    assert "There is no class BIO" in page
    assert "disabled" in page
    mona.post(to_preview, {"creates_classes": "on", "gives_passwords": "on"})
    page = text(mona.get(to_preview))
    digest = page.split('name="digest" value="')[1].split('"')[0]
    assert "Import 2 rows" in page
    done = mona.post(f"{to_preview}commit/", {"digest": digest})
    assert "Print this page now" in text(done)
    assert "no-store" in done["Cache-Control"]
    assert User.objects.filter(registration_number__in=["C-1", "D-1"]).count() == 2
    assert mona.get(to_preview).status_code == 404


def test_a_stale_preview_imports_nothing(mona: Client) -> None:
    to_preview = send_list(mona, b"name;number;class\nCleo Day;C-1;LA1\n")["Location"]
    response = mona.post(f"{to_preview}commit/", {"digest": "0" * 64})
    assert response.status_code == 409
    assert not User.objects.filter(registration_number="C-1").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "CSV UTF-8"),
        (b"a,b\n1,2\n", "The headings found are: a, b"),
        (b'name,id\n"Ana,1\n', "not closed in line 2"),
        (b"name,id,number\nA,1,2\n", "Two columns"),
        (b"name,id\n", "no rows"),
        (b"name,id\n" + b"x" * 4_200_000, "4 MB"),
    ],
    ids=["workbook", "headings", "quotes", "twice", "empty", "large"],
)
def test_a_file_that_is_no_list_is_explained(mona: Client, content: bytes, words: str) -> None:
    page = text(send_list(mona, content))
    assert words in page
    assert 'id="id_file_error"' in page
    assert not RosterDraft.objects.exists()


def test_the_preview_filters_by_outcome(mona: Client) -> None:
    to_preview = send_list(mona, b"name;number;class\nCleo Day;C-1;LA1\nAna;A-100;LA1\n")[
        "Location"
    ]
    page = text(mona.get(f"{to_preview}?show=same"))
    assert "<bdi>Ana</bdi>" in page
    assert "<bdi>Cleo Day</bdi>" not in page
    assert mona.get(f"{to_preview}?show=nonsense").status_code == 200


def test_the_page_explains_the_columns_and_what_happens_to_people_who_exist(mona: Client) -> None:
    page = text(mona.get("/people/import/"))
    for heading in ("registration number", "email", "class", "role", "time zone"):
        assert f"<bdi>{heading}</bdi>" in page
    assert "chief_invigilator" in page
    assert "what it leaves empty stays" in page
    assert "/people/import/example.csv" in page


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_example_can_be_imported_as_it_is(mona: Client, language: str) -> None:
    mona.cookies["django_language"] = language
    sent = mona.get("/people/import/example.csv")
    assert "attachment" in sent["Content-Disposition"]
    assert sent.content.startswith(b"\xef\xbb\xbf"), "else spreadsheet programs break Persian"
    to_preview = send_list(mona, sent.content)["Location"]
    mona.cookies["django_language"] = "en"
    assert "Import 3 rows" in text(mona.get(to_preview))


def test_the_example_is_for_administrators(cast: Cast) -> None:
    assert as_person(cast.ana).get("/people/import/example.csv").status_code == 403
