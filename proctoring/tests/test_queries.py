"""One line per loss and return, whoever notices it and however often."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from proctoring.domain.link import Link
from proctoring.models import LinkChange
from proctoring.queries import insert_link_change
from proctoring.tests.stage import Stage, make_stage

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def lose(attempt: int, link: Link = Link.CONNECTION) -> int | None:
    return insert_link_change(attempt, link, is_back=False, at=AT)


def regain(attempt: int, link: Link = Link.CONNECTION) -> int | None:
    return insert_link_change(attempt, link, is_back=True, at=AT)


def story(attempt: int) -> list[str]:
    return [str(row) for row in LinkChange.objects.filter(attempt_id=attempt).order_by("pk")]


def test_losses_and_returns_take_turns(stage: Stage) -> None:
    assert regain(stage.ana) is None, "nothing was lost"
    assert lose(stage.ana)
    assert lose(stage.ana) is None
    assert regain(stage.ana)
    assert regain(stage.ana) is None
    assert lose(stage.ana)
    assert story(stage.ana) == ["connection lost", "connection back", "connection lost"]


def test_links_and_people_are_counted_apart(stage: Stage) -> None:
    assert lose(stage.ana)
    assert lose(stage.ana, Link.CAMERA)
    assert lose(stage.ben)
    assert regain(stage.ben, Link.CAMERA) is None


@given(told=st.lists(st.booleans(), max_size=12))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_told_the_lines_alternate_from_a_loss(stage: Stage, told: list[bool]) -> None:
    with transaction.atomic():
        for is_back in told:
            insert_link_change(stage.ana, Link.CAMERA, is_back=is_back, at=AT)
        lines = list(LinkChange.objects.order_by("pk").values_list("number", flat=True))
        transaction.set_rollback(True)
    assert lines == list(range(1, len(lines) + 1))
    is_lost = bool(told) and not told[-1]
    assert (len(lines) % 2 == 1) is is_lost


def test_a_line_never_changes(stage: Stage) -> None:
    lose(stage.ana)
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        LinkChange.objects.update(at=datetime(2020, 1, 1, tzinfo=UTC))


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_notice_the_same_loss_write_one_line(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = make_stage(monkeypatch)
    for act in (lose, regain, lose, regain):
        assert sorted(at_once(8, partial(act, stage.ana))) == [False] * 7 + [True]
    assert story(stage.ana) == ["connection lost", "connection back"] * 2


def at_once(number: int, act: Callable[[], int | None]) -> list[bool]:
    """Do the same on as many connections at the same moment; tells who wrote something."""
    barrier, wrote = threading.Barrier(number), list[bool]()

    def run() -> None:
        try:
            connection.ensure_connection()
            barrier.wait(10)
            wrote.append(act() is not None)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return wrote
