"""What a person is owed is given once and reaches every sitting that has not ended for them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connections

from accounts.errors import Forbidden
from accounts.models import Institution, User
from accounts.roles import Role
from exams.domain.accommodation import Adjustment, Exemption, Validity
from exams.domain.times import SittingTimes
from exams.errors import (
    AccommodationInvalid,
    AccommodationUnknown,
    NotAStudent,
    ReasonNeeded,
)
from exams.models import Accommodation, Attempt, Candidate, Sitting
from exams.selectors.accommodations import (
    accommodation_view,
    accommodations_of_institution,
    accommodations_of_student,
    preview_of,
)
from exams.selectors.attempts import attempt_facts, attempt_of, snapshot
from exams.selectors.progress import wall_row
from exams.services import attempts
from exams.services.accommodations import (
    AccommodationPlan,
    change_accommodation,
    end_accommodation,
    give_accommodation,
)
from exams.services.early_ends import end_sitting
from exams.services.grants import Gift, Scope, give_time
from exams.services.ledger import deadline_for
from exams.services.moving import move_sitting, times_of
from exams.services.scheduling import Allowance, register_candidate
from exams.tests.conftest import Cast, Taking, approved_exam, begin, give_role, person, schedule
from exams.wire import AttemptChanged
from kernel import clock
from kernel.clock import to_millis
from kernel.models import AuditEntry

MINUTE = timedelta(minutes=1)
LONG = Validity(date(2020, 1, 1))


def plan(
    percent: int = 25, *exempt: Exemption, validity: Validity = LONG, **fields: int
) -> AccommodationPlan:
    return AccommodationPlan(
        Adjustment(
            extra_percent=percent,
            extra_time=fields.get("minutes", 0) * MINUTE,
            breaks=fields.get("breaks", 0),
            break_length=10 * MINUTE if fields.get("breaks") else timedelta(),
            exemptions=frozenset(exempt),
        ),
        validity,
        "Sits by the door",
    )


def give(cast: Cast, what: AccommodationPlan | None = None, student: User | None = None) -> int:
    return give_accommodation(
        institution_id=cast.institution.pk,
        student_id=(student or cast.ana).pk,
        plan=what or plan(),
        actor_id=cast.admin.pk,
    )


def later(cast: Cast, exam_id: int, days: int = 3) -> int:
    """Schedule a sitting that has not opened."""
    start = clock.now() + timedelta(days=days)
    return schedule(
        cast,
        exam_id,
        lobby_opens_at=start - 10 * MINUTE,
        starts_at=start,
        closes_at=start + 60 * MINUTE,
        duration=60 * MINUTE,
    )


def candidate(cast: Cast, sitting_id: int) -> Candidate:
    return Candidate.objects.get(sitting_id=sitting_id, student=cast.ana)


def deadline(cast: Cast, sitting_id: int) -> timedelta:
    """Return by how much her window is longer than the common one."""
    attempt = Attempt.objects.get(sitting_id=sitting_id, student=cast.ana)
    assert attempt.deadline == deadline_for(attempt, attempt.started_at)
    return attempt.deadline - attempt.sitting.closes_at


def test_it_reaches_sittings_that_are_scheduled_before_and_after(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    before = later(cast, exam_id)
    given = give(cast, plan(25, Exemption.CAMERA, minutes=5, breaks=2))
    after = later(cast, exam_id, 4)
    for sitting_id in (before, after):
        hers = candidate(cast, sitting_id)
        assert (hers.extra_percent, hers.extra_time, hers.breaks) == (25, 5 * MINUTE, 2)
        assert (hers.accommodation_id, hers.exemptions) == (given, ["camera"])
        assert deadline(cast, sitting_id) == 20 * MINUTE
        ben = Candidate.objects.get(sitting_id=sitting_id, student=cast.ben)
        assert (ben.extra_percent, ben.accommodation_id, ben.exemptions) == (0, None, [])


def test_it_reaches_who_is_registered_late(cast: Cast) -> None:
    sitting_id = later(cast, approved_exam(cast))
    kim = person(cast.institution, "Kim")
    give_role(kim, Role.STUDENT, cast.class_group)
    give(cast, student=kim)
    pk = register_candidate(sitting_id, student_id=kim.pk, actor_id=cast.admin.pk)
    attempt = Attempt.objects.get(pk=pk)
    assert attempt.deadline == attempt.sitting.closes_at + 15 * MINUTE


def test_it_does_not_add_up_with_what_the_sitting_gives(cast: Cast) -> None:
    sitting_id = later(cast, approved_exam(cast))
    kim = person(cast.institution, "Kim")
    give_role(kim, Role.STUDENT, cast.class_group)
    given = give(cast, plan(25, minutes=5), student=kim)
    register_candidate(
        sitting_id,
        student_id=kim.pk,
        actor_id=cast.admin.pk,
        allowance=Allowance(extra_percent=50),
    )
    hers = Candidate.objects.get(student=kim)
    assert (hers.extra_percent, hers.extra_time) == (50, 5 * MINUTE)
    end_accommodation(given, actor_id=cast.admin.pk, reason="Over")
    hers.refresh_from_db()
    assert (hers.extra_percent, hers.extra_time, hers.accommodation_id) == (50, timedelta(), None)


def test_a_change_keeps_the_row_that_stood_until_then(cast: Cast) -> None:
    sitting_id = later(cast, approved_exam(cast))
    first = give(cast)
    second = change_accommodation(
        first, plan=plan(50), actor_id=cast.admin.pk, reason="New assessment"
    )
    new, old = accommodations_of_student(cast.ana.pk)
    assert (new.id, new.adjustment.extra_percent, new.ended_at) == (second, 50, None)
    assert (old.id, old.adjustment.extra_percent, old.ended_reason) == (first, 25, "New assessment")
    assert [one.id for one in accommodations_of_institution(cast.institution.pk)] == [second]
    assert deadline(cast, sitting_id) == 30 * MINUTE
    assert candidate(cast, sitting_id).accommodation_id == second


def test_the_end_takes_it_from_what_has_not_begun(cast: Cast) -> None:
    sitting_id = later(cast, approved_exam(cast))
    given = give(cast, plan(25, Exemption.CAMERA))
    end_accommodation(given, actor_id=cast.admin.pk, reason="Recovered")
    hers = candidate(cast, sitting_id)
    assert (hers.extra_percent, hers.accommodation_id, hers.exemptions) == (0, None, [])
    assert deadline(cast, sitting_id) == timedelta()


def test_a_running_attempt_gains_at_once_and_never_loses(running: Taking) -> None:
    cast, before = running.cast, running.attempt.deadline
    given = give(cast, plan(50))
    assert running.attempt.deadline == before + 15 * MINUTE
    less = change_accommodation(given, plan=plan(10), actor_id=cast.admin.pk, reason="Mistake")
    assert running.attempt.deadline == before + 15 * MINUTE
    end_accommodation(less, actor_id=cast.admin.pk, reason="Mistake")
    assert running.attempt.deadline == before + 15 * MINUTE
    assert candidate(cast, running.sitting_id).accommodation_id == given, "whose figures she has"
    more = give(cast, plan(100))
    assert running.attempt.deadline == before + 30 * MINUTE
    assert candidate(cast, running.sitting_id).accommodation_id == more


def test_grants_count_on_top_of_it_before_and_after(running: Taking) -> None:
    cast, before = running.cast, running.attempt.deadline
    gift = Gift(5 * MINUTE, actor_id=cast.admin.pk, reason="Noise")
    give_time(running.sitting_id, gift)
    give(cast, plan(50))
    give_time(running.sitting_id, gift, to=Scope(running.attempt_id))
    assert running.attempt.deadline == before + 25 * MINUTE


def test_what_is_over_stays_as_it_was(cast: Cast) -> None:
    taken = begin(cast)
    attempts.force_submit(taken.attempt_id, actor_id=cast.admin.pk, reason="Ill")
    early = begin(cast, exam_id=taken.attempt.sitting.exam_id)
    end_sitting(early.sitting_id, actor_id=cast.admin.pk, reason="Alarm")
    before = [taken.attempt.deadline, early.attempt.deadline]
    give(cast)
    assert [taken.attempt.deadline, early.attempt.deadline] == before
    assert {one.extra_percent for one in Candidate.objects.all()} == {0}


def test_who_is_exempt_from_the_camera_is_never_asked_for_it(running: Taking) -> None:
    cast, attempt_id = running.cast, running.attempt_id
    assert attempt_facts(attempt_id).camera == "required"
    give(cast, plan(0, Exemption.CAMERA, Exemption.READER))
    facts = attempt_facts(attempt_id)
    assert (facts.camera, facts.exemptions) == ("off", ("camera", "reader"))
    assert snapshot(attempt_id, cast.ana.pk).sitting.camera == "off"
    ben = attempt_of(running.sitting_id, cast.ben.pk)
    assert snapshot(ben, cast.ben.pk).sitting.camera == "required"


def test_the_board_is_told_what_to_do_and_the_candidate_not_what_it_says(running: Taking) -> None:
    give(running.cast, plan(0, Exemption.SECOND_PERSON, breaks=2))
    row = wall_row(running.attempt_id)
    assert (row.exemptions, row.breaks, row.break_s) == (["second_person"], 2, 600)
    assert row.note == "Sits by the door"
    assert "door" not in repr(snapshot(running.attempt_id, running.cast.ana.pk))


@pytest.mark.parametrize(
    ("last", "percent"), [(timedelta(days=1), 0), (timedelta(days=3), 25), (timedelta(days=9), 25)]
)
def test_it_holds_on_its_days_only(cast: Cast, last: timedelta, percent: int) -> None:
    sitting_id = later(cast, approved_exam(cast))
    today = clock.now().date()
    give(cast, plan(25, validity=Validity(today, today + last)))
    assert candidate(cast, sitting_id).extra_percent == percent


def test_a_sitting_that_is_moved_to_another_day_follows_the_days(cast: Cast) -> None:
    sitting_id = later(cast, approved_exam(cast))
    today = clock.now().date()
    given = give(cast, plan(25, validity=Validity(today, today + timedelta(days=5))))
    for days, percent, holds in ((30, 0, None), (-30, 25, given)):
        times = times_of(Sitting.objects.get(pk=sitting_id))
        by = timedelta(days=days)
        moved = SittingTimes(
            times.lobby_opens_at + by, times.starts_at + by, times.closes_at + by, times.duration
        )
        move_sitting(sitting_id, times=moved, actor_id=cast.admin.pk)
        hers = candidate(cast, sitting_id)
        assert (hers.extra_percent, hers.accommodation_id) == (percent, holds)
        assert deadline(cast, sitting_id) == percent * 60 * MINUTE / 100


def test_the_preview_says_what_the_change_then_does(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    runs = begin(cast, exam_id=exam_id)
    later(cast, exam_id)
    given = give(cast, plan(50))
    less = plan(10)
    seen = preview_of(cast.ana.pk, cast.institution.pk, (less.adjustment, less.validity))
    told = {one.sitting_id: (one.after.extra_percent, one.keeps_time) for one in seen}
    change_accommodation(given, plan=less, actor_id=cast.admin.pk, reason="Mistake")
    rows = Candidate.objects.filter(student=cast.ana)
    assert {one.sitting_id: one.extra_percent for one in rows} == {
        sitting_id: percent for sitting_id, (percent, _) in told.items()
    }
    assert [keeps for _, keeps in told.values()] == [True, False]
    assert told[runs.sitting_id] == (50, True)


def test_the_trail_says_who_gave_what_and_what_it_changed_but_not_the_note(cast: Cast) -> None:
    later(cast, approved_exam(cast))
    given = give(cast)
    end_accommodation(given, actor_id=cast.admin.pk, reason="Over")
    lines = AuditEntry.objects.filter(subject=f"user:{cast.ana.pk}").order_by("pk")
    assert [one.action for one in lines] == ["accommodation.given", "accommodation.ended"]
    assert lines[0].data["extra_percent"] == 25
    effects = AuditEntry.objects.filter(action="candidate.adjusted").order_by("pk")
    assert [one.data["extra_percent"] for one in effects] == [[0, 25], [25, 0]]
    assert not AuditEntry.objects.filter(data__icontains="door").exists()


def test_one_stands_at_a_time_and_an_ended_one_is_ended(cast: Cast) -> None:
    given = give(cast)
    with pytest.raises(AccommodationInvalid):
        give(cast)
    with pytest.raises(ReasonNeeded):
        end_accommodation(given, actor_id=cast.admin.pk, reason=" ")
    end_accommodation(given, actor_id=cast.admin.pk, reason="Over")
    for again in (
        lambda: end_accommodation(given, actor_id=cast.admin.pk, reason="Over"),
        lambda: change_accommodation(given, plan=plan(), actor_id=cast.admin.pk, reason="x"),
        lambda: end_accommodation(10**9, actor_id=cast.admin.pk, reason="x"),
    ):
        with pytest.raises(AccommodationUnknown):
            again()


@pytest.mark.parametrize(
    "wrong",
    [
        plan(0),
        plan(401),
        AccommodationPlan(Adjustment(breaks=2), LONG),
        plan(25, validity=Validity(date(2026, 2, 1), date(2026, 1, 1))),
    ],
)
def test_what_cannot_be_given(cast: Cast, wrong: AccommodationPlan) -> None:
    with pytest.raises(AccommodationInvalid):
        give(cast, wrong)
    assert not Accommodation.objects.exists()


@pytest.mark.parametrize("who", ["ivo", "grader", "author", "ana", "olga"])
def test_only_who_manages_them_gives_and_ends(cast: Cast, who: str) -> None:
    actor_id = getattr(cast, who).pk
    with pytest.raises(Forbidden):
        give_accommodation(
            institution_id=cast.institution.pk,
            student_id=cast.ana.pk,
            plan=plan(),
            actor_id=actor_id,
        )
    given = give(cast)
    with pytest.raises(Forbidden):
        end_accommodation(given, actor_id=actor_id, reason="x")
    with pytest.raises(Forbidden):
        change_accommodation(given, plan=plan(50), actor_id=actor_id, reason="x")
    assert Accommodation.objects.get().ended_at is None


def test_nobody_gets_one_who_is_no_student_here(cast: Cast) -> None:
    for stranger in (cast.ivo, cast.olga):
        with pytest.raises(NotAStudent):
            give(cast, student=stranger)


def test_one_of_another_institution_is_not_found(cast: Cast) -> None:
    away = Institution.objects.get(code="AWAY")
    with pytest.raises(AccommodationUnknown):
        accommodation_view(give(cast), away.pk)


@pytest.mark.django_db(transaction=True)
def test_nobody_is_missed_who_is_registered_while_it_is_given(cast: Cast) -> None:
    """Whoever is second waits for the first, so one of the two writes what she is owed."""
    exam_id = approved_exam(cast)
    for _ in range(5):
        barrier = Barrier(2)

        def together(act: object, barrier: Barrier = barrier) -> object:
            try:
                barrier.wait()
                return act()  # type: ignore[operator] # the two below
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            given = pool.submit(together, lambda: give(cast))
            planned = pool.submit(together, lambda: later(cast, exam_id))
            accommodation_id, sitting_id = given.result(), planned.result()
        assert isinstance(sitting_id, int)
        assert isinstance(accommodation_id, int)
        assert candidate(cast, sitting_id).extra_percent == 25
        assert deadline(cast, sitting_id) == 15 * MINUTE
        end_accommodation(accommodation_id, actor_id=cast.admin.pk, reason="Again")


def test_the_candidate_and_the_board_see_it_at_once(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, object]] = []
    monkeypatch.setattr(
        "exams.services.pushes.publish", lambda topic, message: said.append((topic, message))
    )
    before = running.attempt
    give(running.cast, plan(50))
    ((topic, message),) = said
    assert topic == f"attempt:{running.attempt_id}"
    assert isinstance(message, AttemptChanged)
    assert message.deadline == to_millis(before.deadline + 15 * MINUTE)
    assert message.version > before.version
