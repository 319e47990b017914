"""Who gets in, and for which institution."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import tries
from accounts.models import ClassGroup, Membership, User
from accounts.roles import Role
from accounts.selectors import roles_of
from accounts.services.memberships import grant_role
from accounts.tests.conftest import Cast, School, as_person, text

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


@pytest.fixture
def both(other_school: School, cast: Cast) -> Client:
    """The browser of Mona, who manages the two institutions."""
    grant_role(user_id=cast.admin, institution_id=other_school.id, role=Role.ADMIN, actor_id=None)
    return as_person(cast.admin)


def test_who_manages_two_institutions_changes_between_them(
    both: Client, other_school: School, cast: Cast
) -> None:
    assert "Olga" not in text(both.get("/people/"))
    assert "Olga" in text(both.get(f"/people/?institution={other_school.id}"))
    assert "Olga" in text(both.get("/people/")), "the choice is kept for the session"
    assert "Olga" not in text(as_person(cast.ivo).get(f"/people/?institution={other_school.id}"))


@pytest.mark.parametrize("wrong", ["{other}", "0", "x", "999999999999999999999"])
def test_an_institution_one_does_not_manage_is_refused_and_not_replaced(
    mona: Client, other_school: School, wrong: str
) -> None:
    named = wrong.format(other=other_school.id)
    assert mona.get(f"/people/?institution={named}").status_code == 403
    typed = {"institution": named, "code": "BIO", "name": "Biology"}
    assert mona.post("/people/classes/", typed).status_code == 403
    assert not ClassGroup.objects.filter(code="BIO").exists()
    assert mona.get("/people/").status_code == 200


def test_a_lost_role_leaves_the_pages_of_the_other_institution(
    both: Client, other_school: School, cast: Cast
) -> None:
    both.get(f"/people/?institution={other_school.id}")
    Membership.objects.filter(user_id=cast.admin, institution_id=other_school.id).delete()
    assert "Ana" in text(both.get("/people/"))


def test_a_page_submits_into_the_institution_it_shows(
    both: Client, school: School, other_school: School
) -> None:
    page = both.get(f"/people/classes/?institution={school.id}").content.decode()
    both.get(f"/people/?institution={other_school.id}")  # in another tab
    named = re.findall(r'type="hidden" name="institution" value="(\d+)"', page)
    assert named == [str(school.id)]
    typed = {"institution": named[0], "code": "BIO", "name": "Biology"}
    response = both.post("/people/classes/", typed)
    assert ClassGroup.objects.get(code="BIO").institution_id == school.id
    assert "Biology" in text(both.get(response["Location"]))


def test_a_form_that_names_none_of_two_institutions_is_refused(both: Client) -> None:
    typed = {"code": "BIO", "name": "Biology"}
    assert both.post("/people/classes/", typed).status_code == 403
    assert not ClassGroup.objects.filter(code="BIO").exists()


@pytest.mark.usefixtures("fresh_limits")
def test_every_form_about_people_names_the_institution(
    mona: Client, school: School, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "A_DAY", 0)  # so that the form that lifts the limit is shown
    grant_role(user_id=cast.ana, institution_id=school.id, role=Role.GRADER, actor_id=None)
    Membership.objects.filter(role=Role.GRADER).update(suspended_at="2026-01-01T00:00Z")
    file = SimpleUploadedFile("la1.csv", b"name;number;class\nCleo Day;C-1;LA1\n")
    draft = mona.post("/people/import/", {"file": file, "region": "GB"})["Location"]
    pages = ["/people/new/", "/people/classes/", "/people/import/", draft, f"/people/{cast.ana}/"]
    actions = []
    for page in pages:
        for form in re.findall(r"<form.*?</form>", mona.get(page).content.decode(), re.DOTALL):
            action = (re.search(r'action="([^"]*)"', form) or [page, page])[1]
            if 'method="post"' in form and action.startswith("/people/"):
                actions.append(action)
                assert f'name="institution" value="{school.id}"' in form, action
    assert len(actions) == len({*actions}) == 12
