"""Reads of uploads."""

from uuid import uuid4

import pytest

from accounts.models import User
from scanner import selectors, services
from scanner.domain import Purpose, Verdict
from scanner.engines.base import bind_engine
from scanner.errors import UploadNotFound
from scanner.tests.cast import CLEAN, Scripted, send

pytestmark = pytest.mark.django_db


def test_a_card_tells_what_other_apps_need(ana: User) -> None:
    sent = send(ana)
    card = selectors.upload_card(sent.id)
    assert card == sent
    assert (card.owner_id, card.institution_id) == (ana.pk, ana.institution_id)
    assert (card.purpose, card.state, card.is_clean) == (
        Purpose.ANSWER,
        Verdict.QUARANTINED,
        False,
    )


def test_an_unknown_card_is_not_found_and_left_out_of_many(ana: User) -> None:
    sent = send(ana)
    with pytest.raises(UploadNotFound):
        selectors.upload_card(uuid4())
    assert selectors.upload_cards([sent.id, uuid4()]) == {sent.id: sent}


def test_the_status_says_whether_any_scanner_runs(ana: User, olga: User) -> None:
    sent = send(ana)
    assert not selectors.upload_status(sent.id, ana.pk).has_scanner
    bind_engine(Scripted(CLEAN))
    assert selectors.upload_status(sent.id, ana.pk).has_scanner
    with pytest.raises(UploadNotFound):
        selectors.upload_status(sent.id, olga.pk)


def test_waiting_uploads_are_counted_until_they_are_decided(ana: User, ben: User) -> None:
    bind_engine(Scripted(CLEAN))
    first = send(ana)
    send(ana)
    send(ben)
    services.scan_upload(first.id)
    assert selectors.count_waiting() == 2
    assert selectors.count_waiting(ana.pk) == 1
