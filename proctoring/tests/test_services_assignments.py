"""Who watches a sitting: assigned, removed, refused; boards of those without the right close."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from accounts.roles import Role
from exams.errors import AttemptUnknown, SittingUnknown
from exams.selectors.sittings import sitting_view
from exams.services import sittings
from exams.tests.conftest import give_role, person, schedule
from exams.topics import _attempt_snapshot, _sitting_snapshot
from kernel.events import Event, bus
from kernel.models import AuditEntry
from proctoring.errors import LastInvigilator, NotAllowed, NotAnInvigilator
from proctoring.events import InvigilatorAssigned, InvigilatorRemoved
from proctoring.models import Assignment
from proctoring.policies import may_watch
from proctoring.services import assignments
from proctoring.services.assignments import assign_invigilator, remove_invigilator
from proctoring.tests.stage import Stage


@pytest.fixture
def vera(stage: Stage) -> User:
    vera = person(stage.cast.institution, "Vera")
    give_role(vera, Role.INVIGILATOR)
    return vera


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, str | None]]:
    """Sockets that were told to close: the port to the realtime plane."""
    found: list[tuple[int, int, str | None]] = []

    def close(user_id: int, code: int = 4401, *, topic: str | None = None) -> None:
        found.append((user_id, code, topic))

    monkeypatch.setattr(assignments, "close_user_sockets", close)
    return found


def assign(stage: Stage, who: User, by: User | None = None) -> bool:
    actor = by or stage.chief
    return assign_invigilator(stage.sitting, invigilator_id=who.pk, actor_id=actor.pk)


def remove(stage: Stage, who: User, by: User | None = None) -> bool:
    actor = by or stage.chief
    return remove_invigilator(stage.sitting, invigilator_id=who.pk, actor_id=actor.pk)


Closed = list[tuple[int, int, str | None]]


def test_the_first_one_closes_the_board_to_the_others(
    stage: Stage, vera: User, closed: Closed
) -> None:
    ivo = stage.cast.ivo
    assert may_watch(vera.pk, stage.sitting)
    assert assign(stage, ivo)
    assert may_watch(ivo.pk, stage.sitting)
    assert not may_watch(vera.pk, stage.sitting)
    assert may_watch(stage.chief.pk, stage.sitting)
    topics = [f"wall:{stage.sitting}", f"media:{stage.sitting}"]
    assert closed == [(vera.pk, 1012, topic) for topic in topics]
    assign(stage, vera)
    assert len(closed) == 2, "the second one takes nothing from anybody"


def test_who_is_removed_is_turned_away_at_once(stage: Stage, vera: User, closed: Closed) -> None:
    assign(stage, stage.cast.ivo)
    assign(stage, vera)
    closed.clear()
    assert remove(stage, vera)
    assert {user for user, _code, _topic in closed} == {vera.pk}
    assert not may_watch(vera.pk, stage.sitting)
    assert not remove(stage, vera), "a second press changes nothing"


def test_a_chief_who_is_removed_still_leads(stage: Stage, closed: Closed) -> None:
    assign(stage, stage.cast.ivo)
    assign(stage, stage.chief)
    closed.clear()
    remove(stage, stage.chief)
    assert closed == []


def test_the_trail_and_the_events_say_who(
    stage: Stage, vera: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Event] = []
    monkeypatch.setattr(bus, "emit", heard.append)
    assign(stage, vera)
    assign(stage, stage.cast.ivo)
    assert not assign(stage, vera), "assigned already"
    remove(stage, vera)
    ids = {"sitting_id": stage.sitting, "invigilator_id": vera.pk}
    assert heard[0] == InvigilatorAssigned(**ids)
    assert heard[-1] == InvigilatorRemoved(**ids)
    assert len(heard) == 3
    trail = AuditEntry.objects.filter(action__startswith="sitting.invigilator").order_by("pk")
    assert [(one.action, one.actor_id, one.data["invigilator"]) for one in trail] == [
        ("sitting.invigilator_assigned", stage.chief.pk, vera.pk),
        ("sitting.invigilator_assigned", stage.chief.pk, stage.cast.ivo.pk),
        ("sitting.invigilator_removed", stage.chief.pk, vera.pk),
    ]


def test_the_last_one_stays_while_the_sitting_is_under_way(stage: Stage, vera: User) -> None:
    assign(stage, stage.cast.ivo)
    with pytest.raises(LastInvigilator):
        remove(stage, stage.cast.ivo)
    assign(stage, vera)
    assert remove(stage, stage.cast.ivo)


def test_before_it_opens_the_last_one_may_go_and_everybody_may_watch_again(
    stage: Stage, vera: User
) -> None:
    sitting_id = schedule(stage.cast, sitting_view(stage.sitting).exam_id)
    ivo, chief = stage.cast.ivo.pk, stage.chief.pk
    assign_invigilator(sitting_id, invigilator_id=ivo, actor_id=chief)
    assert not may_watch(vera.pk, sitting_id)
    assert remove_invigilator(sitting_id, invigilator_id=ivo, actor_id=chief)
    assert may_watch(vera.pk, sitting_id)
    assign_invigilator(sitting_id, invigilator_id=ivo, actor_id=chief)
    sittings.open_lobby(sitting_id)
    with pytest.raises(LastInvigilator):
        remove_invigilator(sitting_id, invigilator_id=ivo, actor_id=chief)


@pytest.mark.parametrize("who", ["ana", "author", "grader", "admin", "olga"])
def test_only_who_invigilates_for_the_class_can_be_assigned(stage: Stage, who: str) -> None:
    with pytest.raises(NotAnInvigilator):
        assign(stage, getattr(stage.cast, who))
    assert not Assignment.objects.exists()


def test_a_candidate_does_not_watch_their_own_exam(stage: Stage) -> None:
    give_role(stage.cast.ben, Role.INVIGILATOR, stage.cast.class_group)
    with pytest.raises(NotAnInvigilator):
        assign(stage, stage.cast.ben)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("ivo", NotAllowed),
        ("ana", NotAllowed),
        ("grader", NotAllowed),
        ("olga", SittingUnknown),
    ],
)
def test_only_who_leads_says_who_watches(stage: Stage, who: str, refusal: type[Exception]) -> None:
    for act in (assign, remove):
        with pytest.raises(refusal):
            act(stage, stage.cast.ivo, getattr(stage.cast, who))
    assert assign(stage, stage.cast.ivo, stage.cast.admin)


def test_an_unknown_sitting_is_unknown(stage: Stage) -> None:
    with pytest.raises(SittingUnknown):
        assign_invigilator(
            stage.sitting + 99, invigilator_id=stage.cast.ivo.pk, actor_id=stage.chief.pk
        )


def test_who_is_not_assigned_follows_neither_the_sitting_nor_its_attempts(
    stage: Stage, vera: User
) -> None:
    """The rule that is bound for the topics of the exam engine is this one."""
    assert _attempt_snapshot(vera.pk, str(stage.ana)).state == "running"
    assign(stage, stage.cast.ivo)
    with pytest.raises(AttemptUnknown):
        _attempt_snapshot(vera.pk, str(stage.ana))
    with pytest.raises(SittingUnknown):
        _sitting_snapshot(vera.pk, str(stage.sitting))
    for who in (stage.cast.ivo, stage.chief, stage.cast.ana):
        assert _attempt_snapshot(who.pk, str(stage.ana)).state == "running"
        assert _sitting_snapshot(who.pk, str(stage.sitting)).state == "running"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("repeat", range(4))
def test_of_two_who_remove_the_last_two_at_once_one_is_refused(
    stage: Stage, vera: User, repeat: int
) -> None:
    people = [stage.cast.ivo, vera]
    for one in people:
        assign(stage, one)

    def take_off(who: User) -> Any:
        try:
            return remove(stage, who)
        except LastInvigilator as conflict:
            return conflict.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(take_off, people))
    assert sorted(map(str, outcomes)) == ["True", "last_invigilator"]
    assert Assignment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_person_assigned_twice_at_once_is_assigned_once(stage: Stage, vera: User) -> None:
    def put_on(_: int) -> bool:
        try:
            return assign(stage, vera)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(put_on, range(4)))
    assert sorted(outcomes) == [False, False, False, True]
    assert AuditEntry.objects.filter(action="sitting.invigilator_assigned").count() == 1
