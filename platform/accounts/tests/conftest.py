"""Two institutions with a class each, and the cast: Ana, Ben, Ivo, Olga."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from accounts.services.memberships import grant_role
from accounts.services.people import create_class, create_institution, create_user

PASSWORD = "sunny-river-stone"
BACKEND = "accounts.backends.InvigilBackend"


@dataclass(frozen=True)
class School:
    id: int
    code: str
    class_id: int
    other_class_id: int


@dataclass(frozen=True)
class Cast:
    ana: int
    ben: int
    ivo: int
    olga: int
    admin: int


def found_school(code: str) -> School:
    made = create_institution(code=code, name=f"{code} College", actor_id=None)
    first = create_class(institution_id=made.id, code="LA1", name="Linear Algebra 1", actor_id=None)
    other = create_class(institution_id=made.id, code="PH2", name="Physics 2", actor_id=None)
    return School(made.id, made.code, first.id, other.id)


def make_person(school: School, name: str, role: Role, class_id: int | None = None) -> int:
    made = create_user(
        institution_id=school.id,
        full_name=name,
        email=f"{name.lower()}@{school.code}.example",
        registration_number=f"{name[0]}-100",
        password=PASSWORD,
        actor_id=None,
    )
    grant_role(
        user_id=made.id, institution_id=school.id, role=role, class_id=class_id, actor_id=None
    )
    return made.id


@pytest.fixture
def school(db: None) -> School:
    del db
    return found_school("north")


@pytest.fixture
def other_school(db: None) -> School:
    del db
    return found_school("south")


@pytest.fixture
def cast(school: School, other_school: School) -> Cast:
    """Ana and Ben are students of LA1, Ivo invigilates it, Olga is an outsider."""
    return Cast(
        ana=make_person(school, "Ana", Role.STUDENT, school.class_id),
        ben=make_person(school, "Ben", Role.STUDENT, school.class_id),
        ivo=make_person(school, "Ivo", Role.INVIGILATOR, school.class_id),
        olga=make_person(other_school, "Olga", Role.ADMIN),
        admin=make_person(school, "Mona", Role.ADMIN),
    )


@pytest.fixture
def fresh_limits() -> Iterator[None]:
    """Tries counted by one test do not stop another."""
    cache.clear()
    yield
    cache.clear()


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
