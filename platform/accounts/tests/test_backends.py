"""Who may sign in, and that every refusal looks and costs the same."""

import time
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from accounts.backends import Identity, InvigilBackend, find_person
from accounts.models import ClassGroup, Institution, Membership, User
from accounts.services.passwords import hash_first_password
from accounts.services.people import create_user
from accounts.tests.conftest import PASSWORD, Cast, School

Damage = Callable[[School, Cast], object]


def sign_in(login: str, password: str = PASSWORD, institution: str = "") -> User | None:
    found = authenticate(None, login=login, password=password, institution=institution)
    assert found is None or isinstance(found, User)
    return found


@pytest.mark.parametrize(
    ("login", "institution"),
    [
        ("ana@north.example", ""),
        ("ANA@North.example", "anything"),
        ("A-100", "north"),
        ("a-100", " NORTH "),
        ("a-۱۰۰", "north"),
    ],
)
def test_both_ways_lead_in(cast: Cast, login: str, institution: str) -> None:
    found = sign_in(login, institution=institution)
    assert found is not None
    assert found.pk == cast.ana


@pytest.mark.parametrize(
    ("login", "password", "institution"),
    [
        ("ana@north.example", "wrong", ""),
        ("nobody@north.example", PASSWORD, ""),
        ("A-100", PASSWORD, ""),
        ("A-100", PASSWORD, "south"),
        ("A-100", PASSWORD, "nowhere"),
        ("", PASSWORD, "north"),
        ("A-100", "", "north"),
    ],
)
def test_wrong_details_lead_nowhere(
    cast: Cast, login: str, password: str, institution: str
) -> None:
    assert sign_in(login, password, institution) is None


def test_an_empty_number_names_nobody(school: School) -> None:
    create_user(
        institution_id=school.id, full_name="X", email="x@x.org", password=PASSWORD, actor_id=None
    )
    assert find_person(Identity(login=" ", institution="north")) is None


DAMAGES: dict[str, Damage] = {
    "person closed": lambda s, c: User.objects.filter(pk=c.ana).update(is_active=False),
    "membership suspended": lambda s, c: Membership.objects.filter(user_id=c.ana).update(
        suspended_at="2026-01-01T00:00Z"
    ),
    "institution inactive": lambda s, c: Institution.objects.filter(pk=s.id).update(
        is_active=False
    ),
    "class closed": lambda s, c: ClassGroup.objects.filter(pk=s.class_id).update(is_active=False),
    "no membership": lambda s, c: Membership.objects.filter(user_id=c.ana).delete(),
    "no password": lambda s, c: User.objects.filter(pk=c.ana).update(password="!"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_the_rules_of_the_domain_keep_people_out(
    school: School, cast: Cast, damage: Damage
) -> None:
    damage(school, cast)
    assert sign_in("ana@north.example") is None
    assert sign_in("A-100", institution="north") is None


def test_an_operator_needs_no_institution(db: None) -> None:
    create_user(
        institution_id=None,
        full_name="Op",
        email="op@x.org",
        password=PASSWORD,
        is_operator=True,
        actor_id=None,
    )
    assert sign_in("op@x.org") is not None


FULL = "django.contrib.auth.hashers.ScryptPasswordHasher"
CHEAP = "django.contrib.auth.hashers.PBKDF2PasswordHasher"


def with_a_chosen_password(user: User) -> None:
    user.set_password(PASSWORD)


def with_a_first_password(user: User) -> None:
    user.password = hash_first_password(PASSWORD)


def with_no_password(user: User) -> None:
    user.set_unusable_password()


def closed(user: User) -> None:
    user.set_password(PASSWORD)
    user.is_active = False


@pytest.mark.parametrize(
    "ana", [with_a_chosen_password, with_a_first_password, with_no_password, closed]
)
@pytest.mark.parametrize(
    ("login", "institution"),
    [
        ("ana@north.example", ""),
        ("nobody@north.example", ""),
        ("A-100", "north"),
        ("Z-9", "nowhere"),
    ],
)
def test_every_refusal_costs_one_full_hash_and_two_queries(
    cast: Cast, login: str, institution: str, ana: Callable[[User], None]
) -> None:
    hashed: list[str] = []
    encode = ScryptPasswordHasher.encode

    def counted(self: ScryptPasswordHasher, password: str, *args: object, **more: object) -> str:
        hashed.append(password)
        return encode(self, password, *args, **more)  # type: ignore[arg-type] # passed through

    with override_settings(PASSWORD_HASHERS=[FULL, CHEAP]):
        user = User.objects.get(pk=cast.ana)
        ana(user)
        user.save()
        with (
            patch.object(ScryptPasswordHasher, "encode", counted),
            CaptureQueriesContext(connection) as queries,
        ):
            assert sign_in(login, "wrong", institution) is None
    assert len(hashed) == 1
    assert len(queries) == 2


def test_a_refusal_takes_as_long_for_the_unknown_as_for_the_known(cast: Cast) -> None:
    hashers = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers):
        ana = User.objects.get(pk=cast.ana)
        ana.set_password(PASSWORD)
        ana.save()
        known: list[float] = []
        unknown: list[float] = []
        for _ in range(3):  # the fastest of several: other work on the machine only adds
            for login, times in (("ana@north.example", known), ("no@north.example", unknown)):
                begin = time.process_time()
                sign_in(login, "wrong")
                times.append(time.process_time() - begin)
    assert min(unknown) == pytest.approx(min(known), rel=0.5)


def test_a_session_finds_only_active_people(cast: Cast) -> None:
    backend = InvigilBackend()
    found = backend.get_user(cast.ana)
    assert found is not None
    assert found.pk == cast.ana
    User.objects.filter(pk=cast.ana).update(is_active=False)
    assert backend.get_user(cast.ana) is None
    assert backend.get_user(0) is None


def test_tries_on_nobody_are_counted_by_what_was_typed() -> None:
    assert Identity("X@Y.org", "north").typed_key == "x@y.org"
    assert Identity(" A-۱ ", "NORTH").typed_key == "north/a-1"
