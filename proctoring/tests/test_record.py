from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from exams.services.early_ends import end_sitting
from exams.services.taking import submit_attempt, take_lease
from kernel import clock
from proctoring.domain.command import CommandKind
from proctoring.domain.incident import IncidentAction
from proctoring.domain.link import Link
from proctoring.domain.observation import ObservationKind
from proctoring.policies import own_attempt
from proctoring.record import Record, record_of
from proctoring.services.commands import Order, issue_command
from proctoring.services.help import answer_help, ask_help
from proctoring.services.incidents import add_statement, decide_incident, record_observation
from proctoring.services.links import note_link
from proctoring.services.watch import keep_views
from proctoring.tests.stage import Stage


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def read(stage: Stage) -> Record:
    return record_of(own_attempt(stage.cast.ana.pk, stage.ana))


def live_through(stage: Stage, attempt: int, by: User) -> None:
    """Everything that proctoring can record of an attempt, by one invigilator."""
    now = clock.now()
    note_link(attempt, Link.CONNECTION, is_back=False, at=now - timedelta(minutes=9))
    note_link(attempt, Link.CONNECTION, is_back=True, at=now - timedelta(minutes=8))
    note_link(attempt, Link.CAMERA, is_back=False, at=now - timedelta(minutes=7))
    note_link(attempt, Link.CAMERA, is_back=True, at=now - timedelta(minutes=6))
    keep_views(by.pk, f"tab {by.pk}", [attempt], sitting_id=stage.sitting)
    hand = uuid4()
    ask_help(hand, attempt, "Which page?")
    answer_help(hand, stage.sitting, "Page two.", actor_id=by.pk)
    order = Order(uuid4(), CommandKind.MESSAGE, "Look up", timedelta(), by.pk, stage.sitting)
    issue_command(order, attempt)
    record_observation(attempt, ObservationKind.FOCUS_LOST, 2)
    incident = record_observation(attempt, ObservationKind.FOCUS_LOST, 12)
    assert incident is not None
    add_statement(incident.pk, attempt, "A pop-up", actor_id=stage.cast.ana.pk)
    act = IncidentAction.DISMISS
    decide_incident(incident.pk, stage.sitting, act, actor_id=by.pk, reason="Seen it")


def test_the_student_reads_what_happened_in_order_with_everybodys_words(stage: Stage) -> None:
    live_through(stage, stage.ana, stage.cast.ivo)
    live_through(stage, stage.ben, stage.chief)
    record = read(stage)
    assert [(line.text, line.words) for line in record.lines] == [
        ("Connection lost", ""),
        ("Connected again", ""),
        ("Camera lost", ""),
        ("Camera is back", ""),
        ("You asked for help", "Which page?"),
        ("Ivo answered", "Page two."),
        ("Message from Ivo", "Look up"),
        ("Left the page · 12 seconds", "A pop-up"),
    ]
    decision = record.lines[-1].decision
    assert decision is not None
    assert (decision.state, decision.by, decision.reason) == (
        "Dismissed",
        "Decided by Ivo",
        "Seen it",
    )
    assert record.facts == [("Left the page", 2)]
    assert [(look.name, look.ended_at) for look in record.looks] == [("Ivo", None)]


def test_a_look_is_read_with_both_its_times_and_a_reconnection_is_no_second_one(
    stage: Stage,
) -> None:
    ivo = stage.cast.ivo.pk
    for tab, attempts in (("one", [stage.ana]), ("two", [stage.ana]), ("one", []), ("two", [])):
        keep_views(ivo, tab, attempts, sitting_id=stage.sitting)
    (look,) = read(stage).looks
    assert look.ended_at is not None
    assert look.ended_at > look.started_at


def test_of_an_undisturbed_attempt_nothing_is_recorded(stage: Stage) -> None:
    record = read(stage)
    assert (record.lines, record.looks, record.facts) == ([], [], [])
    assert record.title == "Chemistry, Tuesday"


@pytest.mark.django_db
def test_the_record_costs_the_same_however_much_there_is(
    stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    facts = own_attempt(stage.cast.ana.pk, stage.ana)
    for person in (stage.cast.ivo, stage.chief):
        live_through(stage, stage.ana, person)
        with django_assert_num_queries(8):
            record_of(facts)


def test_an_end_for_everybody_is_told_to_those_it_stopped(stage: Stage) -> None:
    ben = stage.cast.ben.pk
    lease = str(take_lease(stage.ben, student_id=ben, device="test"))
    submit_attempt(stage.ben, student_id=ben, lease=lease, digest={})
    end_sitting(stage.sitting, actor_id=stage.cast.admin.pk, reason="Fire alarm")
    (line,) = read(stage).lines
    assert (line.text, line.words) == ("The exam was ended early for everybody", "Fire alarm")
    assert record_of(own_attempt(ben, stage.ben)).lines == []
