import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from proctoring.domain.command import CommandKind
from proctoring.domain.incident import IncidentAction
from proctoring.domain.observation import ObservationKind
from proctoring.policies import watch_of
from proctoring.selectors import candidate_sync, wall_state
from proctoring.services.commands import Order, issue_command
from proctoring.services.help import answer_help, ask_help
from proctoring.services.incidents import decide_incident, record_observation
from proctoring.services.watch import keep_views
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


def act(stage: Stage, attempt: int, person: User) -> None:
    """A person sends a message, takes an incident and answers a hand."""
    incident = record_observation(attempt, ObservationKind.FOCUS_LOST, 9)
    assert incident is not None
    take = IncidentAction.NOTE
    decide_incident(incident.pk, stage.sitting, take, actor_id=person.pk, reason="Seen")
    hand = uuid4()
    ask_help(hand, attempt, "Which page?")
    answer_help(hand, stage.sitting, "Page two.", actor_id=person.pk)
    order = Order(uuid4(), CommandKind.MESSAGE, "Hello", timedelta(), person.pk, stage.sitting)
    issue_command(order, attempt)


@pytest.mark.django_db
def test_the_board_costs_the_same_however_much_people_do(
    stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    watch = watch_of(stage.cast.ivo.pk, stage.sitting)
    with django_assert_num_queries(5):
        wall_state(watch)
    for attempt, person in ((stage.ana, stage.cast.ivo), (stage.ben, stage.chief)):
        for _ in range(3):
            act(stage, attempt, person)
        with django_assert_num_queries(6):
            wall_state(watch)
    board = wall_state(watch)
    assert {view.by for view in board.commands} == {"Ivo", "Cleo"}
    assert {view.owner for view in board.incidents} == {"Ivo", "Cleo"}
    assert {view.answered_by for view in board.help} == {"Ivo", "Cleo"}


@pytest.mark.django_db
def test_coming_back_costs_a_candidate_the_same_however_much_was_done(
    stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for person in (stage.cast.ivo, stage.chief):
        act(stage, stage.ana, person)
        keep_views(person.pk, f"tab {person.pk}", [stage.ana], sitting_id=stage.sitting)
        with django_assert_num_queries(6):
            candidate_sync(stage.ana)
    mine = candidate_sync(stage.ana)
    assert [view.by for view in mine.commands] == ["Ivo", "Cleo"]
    assert mine.watchers == ["Cleo", "Ivo"]


def test_a_candidate_learns_of_nobody_else(stage: Stage) -> None:
    record_observation(stage.ben, ObservationKind.FOCUS_LOST, 9)
    ask_help(uuid4(), stage.ben, "Which page?")
    mine = candidate_sync(stage.ana)
    assert (mine.commands, mine.incidents, mine.help, mine.watchers) == ([], [], [], [])
