import asyncio
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from proctoring.domain.observation import ObservationKind
from proctoring.policies import watch_of
from proctoring.selectors import candidate_sync, wall_state
from proctoring.services.help import ask_help
from proctoring.services.incidents import record_observation
from proctoring.tests.stage import Stage
from realtime import leases
from realtime.presence import Presence, Seat


def test_the_board_holds_everybody_and_what_waits(stage: Stage) -> None:
    record_observation(stage.ana, ObservationKind.FOCUS_LOST, 9)
    ask_help(uuid4(), stage.ben, "Which page?")
    board = wall_state(watch_of(stage.cast.ivo.pk, stage.sitting))
    assert {row.name for row in board.rows.values()} == {"Ana", "Ben"}
    assert [incident.attempt for incident in board.incidents] == [stage.ana]
    assert [hand.attempt for hand in board.help] == [stage.ben]
    assert board.state == "running"


def test_the_board_shows_who_is_on_the_attempt_not_who_has_any_page_open(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "_STATES", f"t{uuid4()}")
    ana, ben = stage.cast.ana.pk, stage.cast.ben.pk
    note(
        {
            Seat(ana): Presence.ONLINE,
            Seat(ana, stage.ana): Presence.LOST,
            Seat(ben): Presence.LOST,
            Seat(ben, stage.ben): Presence.ONLINE,
            Seat(ben, stage.ana): Presence.ONLINE,
        }
    )
    board = wall_state(watch_of(stage.cast.ivo.pk, stage.sitting))
    seen = {attempt: net.state for attempt, net in board.net.items()}
    assert seen == {str(stage.ana): "lost", str(stage.ben): "online"}


def note(states: dict[Seat, Presence]) -> None:
    async def write() -> None:
        process = leases.Leases("test")
        await process.write_states(states)
        await process.hand_back()

    asyncio.run(write())


@pytest.mark.django_db
def test_the_board_costs_the_same_however_many_incidents(
    stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    watch = watch_of(stage.cast.ivo.pk, stage.sitting)
    with django_assert_num_queries(5):
        wall_state(watch)
    for attempt in (stage.ana, stage.ben):
        record_observation(attempt, ObservationKind.FOCUS_LOST, 9)
    with django_assert_num_queries(5):
        wall_state(watch)


def test_a_candidate_learns_of_nobody_else(stage: Stage) -> None:
    record_observation(stage.ben, ObservationKind.FOCUS_LOST, 9)
    ask_help(uuid4(), stage.ben, "Which page?")
    mine = candidate_sync(stage.ana)
    assert (mine.commands, mine.incidents, mine.help, mine.watchers) == ([], [], [], [])
