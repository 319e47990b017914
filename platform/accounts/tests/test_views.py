"""Pages about oneself and about people: what they do, and that outsiders see nothing of it."""

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import ClassGroup, Membership, RosterDraft, User
from accounts.roles import Role
from accounts.selectors import roles_of
from accounts.services.memberships import grant_role
from accounts.tests.conftest import Cast, School

BACKEND = "accounts.backends.InvigilBackend"


def as_person(user_id: int) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user_id), backend=BACKEND)
    return client


@pytest.fixture
def mona(cast: Cast) -> Client:
    """The administrator's browser."""
    return as_person(cast.admin)


def text(response: Any) -> str:
    return unescape(response.content.decode())


# ── One's own account ───────────────────────────────────────────────────────────────────────
def test_the_language_switch_works_for_visitors_and_stays_on_the_page(
    client: Client, db: None
) -> None:
    response = client.post("/language/", {"language": "fa", "next": "/accounts/login/?next=/x"})
    assert response["Location"] == "/accounts/login/?next=/x"
    page = text(client.get("/accounts/login/"))
    assert '<html lang="fa" dir="rtl"' in page


def test_the_language_of_the_profile_wins_on_every_device(cast: Cast) -> None:
    as_person(cast.ana).post("/language/", {"language": "fa"})
    other_device = as_person(cast.ana)
    other_device.cookies["django_language"] = "en"
    assert 'lang="fa"' in text(other_device.get("/account/"))


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""]
)
def test_the_language_switch_leads_nowhere_else(client: Client, db: None, target: str) -> None:
    assert client.post("/language/", {"language": "fa", "next": target})["Location"] == "/"


def test_an_unknown_language_changes_nothing(client: Client, db: None) -> None:
    response = client.post("/language/", {"language": "xx", "next": "/"})
    assert "django_language" not in response.cookies
    assert client.get("/language/").status_code == 405


def test_the_profile_is_saved_and_a_wrong_phone_is_shown_at_its_field(cast: Cast) -> None:
    ana = as_person(cast.ana)
    typed = {"locale": "fa", "time_zone": "Asia/Tehran", "phone": "+44 7911 123456"}
    assert ana.post("/account/", typed)["Location"] == "/account/"
    user = User.objects.get(pk=cast.ana)
    assert (user.locale, user.time_zone, user.phone) == ("fa", "Asia/Tehran", "+447911123456")
    ana.post("/language/", {"language": "en"})
    page = text(ana.post("/account/", typed | {"phone": "12"}))
    assert 'id="id_phone_error"' in page
    assert User.objects.get(pk=cast.ana).phone == "+447911123456"


@pytest.mark.parametrize("typed", [{"locale": "xx"}, {"time_zone": "Mars/Base"}])
def test_made_up_choices_are_refused(cast: Cast, typed: dict[str, str]) -> None:
    as_person(cast.ana).post("/account/", typed)
    user = User.objects.get(pk=cast.ana)
    assert (user.locale, user.time_zone) == ("", "")


# ── Who gets in ─────────────────────────────────────────────────────────────────────────────
PAGES = [
    ("get", "/people/"),
    ("get", "/people/new/"),
    ("get", "/people/classes/"),
    ("get", "/people/import/"),
    ("get", "/people/import/{draft}/"),
    ("post", "/people/import/{draft}/commit/"),
    ("get", "/people/{ana}/"),
    ("post", "/people/{ana}/change/"),
    ("post", "/people/{ana}/password/"),
    ("post", "/people/{ana}/active/"),
    ("post", "/people/{ana}/roles/"),
    ("post", "/people/{ana}/roles/{role}/suspend/"),
    ("post", "/people/{ana}/roles/{role}/restore/"),
]


def address(path: str, cast: Cast) -> str:
    role = Membership.objects.get(user_id=cast.ana).pk
    return path.format(ana=cast.ana, role=role, draft=uuid4())


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_visitors_are_asked_to_sign_in(client: Client, cast: Cast, method: str, path: str) -> None:
    response = getattr(client, method)(address(path, cast))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("who", ["ana", "ivo"])
@pytest.mark.parametrize(("method", "path"), PAGES)
def test_people_without_the_role_are_refused(cast: Cast, method: str, path: str, who: str) -> None:
    response = getattr(as_person(getattr(cast, who)), method)(address(path, cast))
    assert response.status_code == 403
    assert User.objects.get(pk=cast.ana).is_active


@pytest.mark.parametrize(("method", "path"), [page for page in PAGES if "{" in page[1]])
def test_the_administrator_of_another_institution_finds_nobody(
    cast: Cast, method: str, path: str
) -> None:
    before = User.objects.get(pk=cast.ana).password
    response = getattr(as_person(cast.olga), method)(address(path, cast), {"role": "admin"})
    assert response.status_code == 404
    assert User.objects.get(pk=cast.ana).password == before
    assert roles_of(cast.ana).grants


def test_an_administrator_of_one_class_does_not_manage_people(school: School, cast: Cast) -> None:
    grant_role(
        user_id=cast.ivo,
        institution_id=school.id,
        role=Role.ADMIN,
        class_id=school.class_id,
        actor_id=None,
    )
    assert as_person(cast.ivo).get("/people/").status_code == 403


def test_who_manages_two_institutions_changes_between_them(
    school: School, other_school: School, cast: Cast
) -> None:
    grant_role(user_id=cast.admin, institution_id=other_school.id, role=Role.ADMIN, actor_id=None)
    mona = as_person(cast.admin)
    assert "Olga" not in text(mona.get("/people/"))
    assert "Olga" in text(mona.get(f"/people/?institution={other_school.id}"))
    assert "Olga" in text(mona.get("/people/")), "the choice is kept for the session"
    assert "Olga" not in text(as_person(cast.ivo).get(f"/people/?institution={other_school.id}"))


# ── The people ──────────────────────────────────────────────────────────────────────────────
def test_the_list_is_searched_by_its_address(mona: Client, school: School) -> None:
    assert {"Ana", "Ben"} <= set(
        text(mona.get("/people/")).replace("<bdi>", " ").replace("</bdi>", " ").split()
    )
    page = text(mona.get("/people/?q=ana&role=student&page=1"))
    assert "<bdi>Ana</bdi>" in page
    assert "<bdi>Ben</bdi>" not in page
    assert "Nobody fits" in text(mona.get(f"/people/?q=zzz&class={school.class_id}"))


@pytest.mark.parametrize(
    "query", ["?page=-1", "?page=x", "?class=' or 1=1", "?role=king", "?class=99999999999999999999"]
)
def test_strange_addresses_show_the_list(mona: Client, query: str) -> None:
    assert mona.get(f"/people/{query}").status_code == 200


def test_a_name_is_text_and_never_markup(mona: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.ana).update(full_name="<script>alert(1)</script>")
    for path in ("/people/", f"/people/{cast.ana}/"):
        assert "<script>alert" not in mona.get(path).content.decode()


def test_details_are_changed(mona: Client, cast: Cast) -> None:
    typed = {
        "full_name": "Ana Maria",
        "registration_number": "A-7",
        "email": "",
        "phone": "+44 7911 123456",
    }
    assert mona.post(f"/people/{cast.ana}/change/", typed).status_code == 302
    user = User.objects.get(pk=cast.ana)
    assert (user.full_name, user.registration_number, user.email) == ("Ana Maria", "A-7", "")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"email": "ben@north.example"}, "email"),
        ({"registration_number": "b-100"}, "registration_number"),
        ({"registration_number": "", "email": ""}, "registration_number"),
        ({"phone": "12"}, "phone"),
        ({"email": "no address"}, "email"),
    ],
)
def test_wrong_details_are_shown_at_their_field(
    mona: Client, cast: Cast, typed: dict[str, str], field: str
) -> None:
    whole = {
        "full_name": "Ana",
        "registration_number": "A-100",
        "email": "ana@north.example",
        "phone": "",
    }
    response = mona.post(f"/people/{cast.ana}/change/", whole | typed)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text(response)
    assert User.objects.get(pk=cast.ana).full_name == "Ana"


def test_a_role_is_given_suspended_and_restored(mona: Client, school: School, cast: Cast) -> None:
    typed = {"role": "grader", "class_id": str(school.class_id)}
    assert mona.post(f"/people/{cast.ivo}/roles/", typed).status_code == 302
    role = Membership.objects.get(user_id=cast.ivo, role=Role.GRADER)
    assert mona.post(f"/people/{cast.ivo}/roles/{role.pk}/suspend/").status_code == 302
    assert "Suspended" in text(mona.get(f"/people/{cast.ivo}/"))
    assert mona.post(f"/people/{cast.ivo}/roles/{role.pk}/restore/").status_code == 302
    assert roles_of(cast.ivo).holds(
        [Role.GRADER], institution_id=school.id, class_id=school.class_id
    )


def test_a_student_without_a_class_is_shown_at_the_field(mona: Client, cast: Cast) -> None:
    response = mona.post(f"/people/{cast.ivo}/roles/", {"role": "student", "class_id": ""})
    assert response.status_code == 422
    assert 'id="id_class_id_error"' in text(response)


def test_a_class_of_another_institution_is_no_choice(
    mona: Client, cast: Cast, other_school: School
) -> None:
    typed = {"role": "student", "class_id": str(other_school.class_id)}
    assert mona.post(f"/people/{cast.ivo}/roles/", typed).status_code == 422


def test_the_last_administrator_is_told_why(mona: Client, cast: Cast) -> None:
    role = Membership.objects.get(user_id=cast.admin)
    response = mona.post(f"/people/{cast.admin}/roles/{role.pk}/suspend/")
    assert response.status_code == 409
    assert "the only administrator" in text(response)


def test_a_new_password_is_shown_once_and_not_kept_by_the_browser(mona: Client, cast: Cast) -> None:
    response = mona.post(f"/people/{cast.ana}/password/")
    shown = text(response).split('class="lead"><code class="ltr">')[1].split("<")[0]
    assert User.objects.get(pk=cast.ana).check_password(shown)
    assert "no-store" in response["Cache-Control"]
    assert shown not in text(mona.get(f"/people/{cast.ana}/"))


def test_an_account_is_closed_and_opened_again(mona: Client, cast: Cast) -> None:
    ana = as_person(cast.ana)
    mona.post(f"/people/{cast.ana}/active/", {"active": "0", "reason": "left"})
    assert ana.get("/account/").status_code == 302
    mona.post(f"/people/{cast.ana}/active/", {"active": "1"})
    assert as_person(cast.ana).get("/account/").status_code == 200


def test_a_person_is_created_with_a_role(mona: Client, school: School) -> None:
    typed = {
        "full_name": "Cleo Day",
        "role": "student",
        "class_id": school.class_id,
        "registration_number": "C-1",
    }
    response = mona.post("/people/new/", typed)
    made = User.objects.get(registration_number="C-1")
    assert response["Location"] == f"/people/{made.pk}/"
    assert roles_of(made.pk).is_student_only


def test_nobody_is_created_when_the_role_does_not_fit(mona: Client, school: School) -> None:
    typed = {
        "full_name": "Cleo Day",
        "role": "student",
        "class_id": "",
        "registration_number": "C-1",
    }
    assert 'id="id_class_id_error"' in text(mona.post("/people/new/", typed))
    assert not User.objects.filter(registration_number="C-1").exists()


def test_a_class_is_created_once(mona: Client, school: School) -> None:
    assert mona.post("/people/classes/", {"name": "Biology", "code": "BIO"}).status_code == 302
    assert ClassGroup.objects.filter(institution_id=school.id, code="BIO").exists()
    assert 'id="id_code_error"' in text(
        mona.post("/people/classes/", {"name": "Again", "code": "bio"})
    )


# ── Class lists ─────────────────────────────────────────────────────────────────────────────
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
