"""Sessions as Django's own, read by one prepared statement."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.sessions import SessionStore
from kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> SessionStore:
    store = SessionStore()
    store["word"] = "kept ب"
    store.save()
    return store


def test_what_is_kept_is_read_as_django_reads_it(kept: SessionStore) -> None:
    with CaptureQueriesContext(connection) as seen:
        assert SessionStore(kept.session_key).load() == {"word": "kept ب"}
    assert len(seen) == 1
    assert db.SessionStore(kept.session_key).load() == {"word": "kept ب"}


def test_what_ended_or_never_was_is_empty_and_gets_a_new_key(kept: SessionStore) -> None:
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    for key in (kept.session_key, "nobody", "'; DROP TABLE--", "x" * 4000, None):
        store = SessionStore(key)
        assert store.load() == {}
        assert store.session_key is None


def test_what_somebody_else_wrote_into_the_row_is_not_believed(kept: SessionStore) -> None:
    Session.objects.update(session_data="forged:1:signature")
    assert SessionStore(kept.session_key).load() == {}
