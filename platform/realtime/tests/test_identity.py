"""Whose session it is; every way in which a session can have ended."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client

from kernel import clock
from realtime.identity import BATCH, Identity, ended, identify

pytestmark = pytest.mark.django_db


def signed_in(name: str) -> tuple[Any, Identity]:
    user = get_user_model().objects.create(email=f"{name}@socket.example", full_name=name)
    client = Client()
    client.force_login(user)
    return user, Identity(user.pk, client.cookies[site.SESSION_COOKIE_NAME].value)


def test_a_session_names_its_person() -> None:
    user, identity = signed_in("ana")
    assert identify(identity.session_key) == identity
    assert ended([identity]) == set()
    assert identity.user_id == user.pk


@pytest.mark.parametrize("key", ["", "nobody", "x" * 500, "'; --", "é"])
def test_an_unknown_key_names_nobody(key: str) -> None:
    assert identify(key) is None
    assert ended([Identity(1, key)]) == {Identity(1, key)}


def sign_out(user: Any, identity: Identity) -> None:
    Session.objects.filter(pk=identity.session_key).delete()


def let_expire(user: Any, identity: Identity) -> None:
    past = clock.now() - timedelta(seconds=1)
    Session.objects.filter(pk=identity.session_key).update(expire_date=past)


def change_password(user: Any, identity: Identity) -> None:
    user.set_password("something new")
    user.save()


def deactivate(user: Any, identity: Identity) -> None:
    user.is_active = False
    user.save()


def delete(user: Any, identity: Identity) -> None:
    user.delete()


@pytest.mark.parametrize("end", [sign_out, let_expire, change_password, deactivate, delete])
def test_an_ended_session_names_nobody_and_is_found_by_the_check(end: Any) -> None:
    user, identity = signed_in("ana")
    _, other = signed_in("ben")
    end(user, identity)
    assert ended([identity, other]) == {identity}
    assert identify(identity.session_key) is None


def test_a_session_of_before_the_key_was_changed_stays_as_it_is(settings: Any) -> None:
    _, identity = signed_in("ana")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next key of this site"
    assert identify(identity.session_key) == identity
    assert Session.objects.filter(pk=identity.session_key).exists()


def test_a_session_of_somebody_else_is_not_yours() -> None:
    _, identity = signed_in("ana")
    ben, _ = signed_in("ben")
    stolen = Identity(ben.pk, identity.session_key)
    assert ended([stolen]) == {stolen}


def test_a_full_process_costs_two_queries_for_each_batch(
    django_assert_num_queries: Any,
) -> None:
    _, identity = signed_in("ana")
    many = [Identity(identity.user_id, f"k{number}") for number in range(BATCH)]
    with django_assert_num_queries(4):
        assert len(ended([identity, *many])) == BATCH
