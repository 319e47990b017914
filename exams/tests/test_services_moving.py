"""Moving a sitting that has not opened: what follows at once, what is refused and why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accounts.errors import Forbidden
from accounts.roles import Role
from exams.domain.deadline import GrantKind
from exams.domain.times import SittingTimes
from exams.errors import SittingHasOpened, SittingUnknown, StartPassed, TimesInvalid
from exams.events import SittingMoved
from exams.models import Attempt, Candidate, Sitting
from exams.selectors.attempts import attempt_of
from exams.services import pushes, sittings, taking
from exams.services.grants import Gift, give_time
from exams.services.moving import move_sitting, times_of
from exams.tests.conftest import Cast, Heard, give_role, person, schedule
from exams.tests.test_queries_races import in_threads
from kernel import clock
from kernel.models import AuditEntry

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
Times = Callable[[SittingTimes], SittingTimes]


def planned(cast: Cast, **changes: Any) -> int:
    now = clock.now()
    times: dict[str, Any] = {
        "lobby_opens_at": now + 2 * HOUR,
        "starts_at": now + 3 * HOUR,
        "closes_at": now + 5 * HOUR,
        "duration": HOUR,
    }
    return schedule(cast, **(times | changes))


def current(sitting_id: int) -> SittingTimes:
    return times_of(Sitting.objects.get(pk=sitting_id))


def later(times: SittingTimes, by: timedelta) -> SittingTimes:
    return replace(
        times,
        lobby_opens_at=times.lobby_opens_at + by,
        starts_at=times.starts_at + by,
        closes_at=times.closes_at + by,
    )


def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    said: list[tuple[str, Any]] = []
    monkeypatch.setattr(pushes, "publish", lambda topic, message: said.append((topic, message)))
    return said


def test_everything_that_depends_on_the_times_moves_and_the_papers_stay(
    cast: Cast, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting_id = planned(cast)
    papers = list(Attempt.objects.order_by("pk").values_list("paper", flat=True))
    before = current(sitting_id)
    after = replace(later(before, 24 * HOUR), duration=90 * MINUTE)
    said = told(monkeypatch)
    assert move_sitting(sitting_id, times=after, actor_id=cast.admin.pk)
    assert current(sitting_id) == after
    assert list(Attempt.objects.order_by("pk").values_list("paper", flat=True)) == papers
    assert set(Attempt.objects.values_list("deadline", flat=True)) == {after.closes_at}
    (event,) = heard.of(SittingMoved)
    assert (event.was_to_start_at, event.starts_at) == (before.starts_at, after.starts_at)
    ((topic, message),) = said
    assert topic == f"sitting:{sitting_id}"
    assert message.starts_at == clock.to_millis(after.starts_at)
    assert message.duration_s == 5400


def test_the_trail_keeps_the_old_and_the_new_times(cast: Cast) -> None:
    sitting_id = planned(cast)
    before = current(sitting_id)
    after = replace(before, starts_at=before.starts_at + MINUTE)
    move_sitting(sitting_id, times=after, actor_id=cast.admin.pk)
    entry = AuditEntry.objects.get(action="sitting.moved")
    assert entry.actor_id == cast.admin.pk
    assert entry.data == {"starts_at": [before.starts_at.isoformat(), after.starts_at.isoformat()]}


def test_accommodations_and_grants_move_with_the_window(cast: Cast) -> None:
    sitting_id = planned(cast)
    Candidate.objects.filter(student=cast.ana).update(extra_percent=50, own_percent=50)
    give_time(
        sitting_id, Gift(5 * MINUTE, actor_id=cast.admin.pk, reason="Bus", kind=GrantKind.MANUAL)
    )
    after = later(current(sitting_id), HOUR)
    move_sitting(sitting_id, times=after, actor_id=cast.admin.pk)
    ana, ben = (Attempt.objects.get(student=who).deadline for who in (cast.ana, cast.ben))
    assert ana == after.closes_at + 35 * MINUTE
    assert ben == after.closes_at + 5 * MINUTE


def test_the_same_times_again_change_nothing(cast: Cast, heard: Heard) -> None:
    sitting_id = planned(cast)
    assert not move_sitting(sitting_id, times=current(sitting_id), actor_id=cast.admin.pk)
    assert heard.of(SittingMoved) == []
    assert not AuditEntry.objects.filter(action="sitting.moved").exists()


def test_a_sitting_that_moved_away_does_not_open_at_its_old_time(cast: Cast) -> None:
    sitting_id = planned(cast)
    now = clock.now()
    soon = SittingTimes(now + MINUTE, now + 2 * MINUTE, now + 2 * HOUR, HOUR)
    move_sitting(sitting_id, times=soon, actor_id=cast.admin.pk)
    move_sitting(sitting_id, times=later(soon, HOUR), actor_id=cast.admin.pk)
    assert sittings.move_due_sittings() == 0
    attempt_id = attempt_of(sitting_id, cast.ana.pk)
    sittings.start_sitting(sitting_id)
    lease = str(taking.take_lease(attempt_id, student_id=cast.ana.pk, device="test"))
    taking.start_attempt(attempt_id, student_id=cast.ana.pk, lease=lease)
    assert Attempt.objects.get(pk=attempt_id).deadline <= clock.now() + HOUR + MINUTE


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda t: replace(t, closes_at=t.starts_at), TimesInvalid),
        (lambda t: replace(t, lobby_opens_at=t.starts_at + MINUTE), TimesInvalid),
        (lambda t: replace(t, duration=timedelta()), TimesInvalid),
        (lambda t: later(t, -4 * HOUR), StartPassed),
    ],
)
def test_times_that_do_not_fit_are_refused(
    cast: Cast, change: Times, refusal: type[Exception]
) -> None:
    sitting_id = planned(cast)
    before = current(sitting_id)
    with pytest.raises(refusal):
        move_sitting(sitting_id, times=change(before), actor_id=cast.admin.pk)
    assert current(sitting_id) == before


@pytest.mark.parametrize("act", ["lobby", "start", "cancel", "due"])
def test_once_it_has_opened_or_is_over_it_stays_where_it_is(cast: Cast, act: str) -> None:
    sitting_id = planned(cast)
    match act:
        case "lobby":
            sittings.open_lobby(sitting_id)
        case "start":
            sittings.start_sitting(sitting_id)
        case "cancel":
            sittings.cancel_sitting(sitting_id, actor_id=cast.admin.pk, reason="Snow")
        case _:  # the lobby is due, only the clock is late: the chat is locked by the plan already
            Sitting.objects.update(lobby_opens_at=clock.now() - MINUTE)
    before = current(sitting_id)
    with pytest.raises(SittingHasOpened):
        move_sitting(sitting_id, times=later(before, HOUR), actor_id=cast.admin.pk)
    assert current(sitting_id) == before


@pytest.mark.parametrize("who", ["ana", "ivo", "author", "grader", "olga"])
def test_only_who_schedules_may_move(cast: Cast, who: str) -> None:
    sitting_id = planned(cast)
    before = current(sitting_id)
    with pytest.raises(Forbidden):
        move_sitting(sitting_id, times=later(before, HOUR), actor_id=getattr(cast, who).pk)
    assert current(sitting_id) == before


def test_an_administrator_of_another_school_may_not(cast: Cast) -> None:
    assert cast.olga.institution is not None
    kim = person(cast.olga.institution, "Kim")
    give_role(kim, Role.ADMIN)
    sitting_id = planned(cast)
    with pytest.raises(Forbidden):
        move_sitting(sitting_id, times=later(current(sitting_id), HOUR), actor_id=kim.pk)


def test_there_is_no_such_sitting(cast: Cast) -> None:
    sitting_id = planned(cast)
    with pytest.raises(SittingUnknown):
        move_sitting(sitting_id + 99, times=current(sitting_id), actor_id=cast.admin.pk)


@pytest.mark.django_db(transaction=True)
def test_two_who_move_at_once_come_one_after_the_other(cast: Cast) -> None:
    sitting_id = planned(cast)
    before = current(sitting_id)
    wishes = [later(before, hours * HOUR) for hours in (1, 2, 3, 4)]
    moved = in_threads(
        [lambda t=t: move_sitting(sitting_id, times=t, actor_id=cast.admin.pk) for t in wishes]  # type: ignore[misc] # arguments bound early
    )
    assert moved == [True] * 4
    after = current(sitting_id)
    assert after in wishes
    assert set(Attempt.objects.values_list("deadline", flat=True)) == {after.closes_at}
    trail = [entry.data["starts_at"] for entry in AuditEntry.objects.filter(action="sitting.moved")]
    assert len(trail) == 4
    assert trail[-1][1] == after.starts_at.isoformat()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("repeat", range(3))
def test_a_move_and_an_opening_at_once_leave_one_winner(cast: Cast, repeat: int) -> None:
    sitting_id = planned(cast)
    before = current(sitting_id)

    def move() -> str:
        try:
            move_sitting(sitting_id, times=later(before, HOUR), actor_id=cast.admin.pk)
        except SittingHasOpened:
            return "refused"
        return "moved"

    outcome, _opened = in_threads([move, lambda: sittings.open_lobby(sitting_id)])
    assert (current(sitting_id) == before) is (outcome == "refused")
    assert Sitting.objects.get().state == "lobby"
