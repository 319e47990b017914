"""People and servers that the tests of one file share."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client

from realtime.tests.servers import Server, running

R = TypeVar("R")


@dataclass
class Person:
    """Somebody signed in."""

    user: Any
    session_key: str

    @property
    def id(self) -> int:
        return int(self.user.pk)


def committed(work: Callable[[], R]) -> R:
    """Do database work on a connection of its own, so that it commits: servers read it."""

    def run() -> R:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def signed_in(email: str) -> Person:
    def create() -> Any:
        people = get_user_model().objects
        return people.get_or_create(email=email, defaults={"full_name": email.partition("@")[0]})[0]

    user = committed(create)
    return Person(user, session_of(user))


def session_of(user: Any) -> str:
    def sign_in() -> str:
        client = Client()
        client.force_login(user)
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    return committed(sign_in)


def sign_out(session_key: str) -> None:
    committed(lambda: Session.objects.filter(pk=session_key).delete())


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, open for the whole file."""
    with django_db_blocker.unblock():
        yield
        people = get_user_model().objects.filter(email__endswith="@socket.example")
        committed(people.delete)


@pytest.fixture  # signed in anew for each test: none depends on what another left of a session
def ana(database: None) -> Person:
    return signed_in("ana@socket.example")


@pytest.fixture
def ben(database: None) -> Person:
    return signed_in("ben@socket.example")


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def server(request: pytest.FixtureRequest, database: None) -> Iterator[Server]:
    """The same application on each server software."""
    with running(request.param) as made:
        yield made
