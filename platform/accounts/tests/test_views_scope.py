"""Who gets in, and for which institution."""

from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Membership, User
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


def test_who_manages_two_institutions_changes_between_them(
    school: School, other_school: School, cast: Cast
) -> None:
    grant_role(user_id=cast.admin, institution_id=other_school.id, role=Role.ADMIN, actor_id=None)
    mona = as_person(cast.admin)
    assert "Olga" not in text(mona.get("/people/"))
    assert "Olga" in text(mona.get(f"/people/?institution={other_school.id}"))
    assert "Olga" in text(mona.get("/people/")), "the choice is kept for the session"
    assert "Olga" not in text(as_person(cast.ivo).get(f"/people/?institution={other_school.id}"))
