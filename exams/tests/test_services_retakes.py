"""A further attempt: who gets one, and who does not."""

from datetime import date, timedelta

import pytest

from exams.domain.accommodation import Adjustment, Validity
from exams.domain.states import AttemptState, SittingState, SubmissionKind
from exams.errors import AttemptIsPaused, AttemptUnknown, RetakeRefused
from exams.models import Attempt, Sitting, Submission
from exams.selectors.attempts import attempt_of
from exams.services import attempts, grading, sittings
from exams.services.accommodations import AccommodationPlan, give_accommodation
from exams.services.retakes import create_attempt, may_retake
from exams.tests.conftest import Cast, shift, shift_sitting
from exams.tests.paged import Plan, Walker, walker

DRAWN: Plan = {
    "One": {
        "questions": {f"q{number}": {} for number in range(12)},
        "randomize_questions": True,
        "number_to_answer": 6,
    }
}
TWICE = {"attempts_allowed": 2}


@pytest.fixture
def ana(cast: Cast) -> Walker:
    return walker(cast, DRAWN, policy=TWICE)


def create(ana: Walker, *, resume: bool = True) -> int:
    return create_attempt(ana.taking.sitting_id, student_id=ana.student, resume=resume)


def fail(ana: Walker) -> None:
    ana.submit()
    grading.grade_attempt(ana.attempt.pk)


def why(ana: Walker) -> object:
    with pytest.raises(RetakeRefused) as refusal:
        create(ana)
    return refusal.value.data["why"]


def test_the_open_attempt_is_resumed_by_default(ana: Walker) -> None:
    assert create(ana) == create(ana) == ana.attempt.pk
    assert not may_retake(ana.attempt.pk)


def test_after_a_fail_the_next_attempt_has_a_new_id_and_its_own_draw(ana: Walker) -> None:
    fail(ana)
    assert may_retake(ana.attempt.pk)
    again = Attempt.objects.get(pk=create(ana))
    assert (again.number, again.state, again.page) == (2, AttemptState.READY, 1)
    assert again.question_ids != ana.attempt.question_ids
    assert attempt_of(ana.taking.sitting_id, ana.student) == again.pk
    assert create(ana) == again.pk, "it is open now"
    assert not may_retake(ana.attempt.pk)


def test_without_resume_a_begun_attempt_is_handed_in_and_a_new_one_begins(ana: Walker) -> None:
    ana.save(ana.names[0], "right")
    again = create(ana, resume=False)
    assert again != ana.attempt.pk
    assert ana.attempt.state == AttemptState.SUBMITTED
    frozen = Submission.objects.get(attempt=ana.attempt)
    assert (frozen.kind, frozen.answered) == (SubmissionKind.SELF, 1)
    assert create(ana, resume=False) == again, "one that has not begun is new anyway"


def test_nobody_forces_an_attempt_beyond_what_is_allowed(cast: Cast) -> None:
    ana = walker(cast, DRAWN)
    with pytest.raises(RetakeRefused):
        create(ana, resume=False)
    assert ana.attempt.state == AttemptState.RUNNING
    fail(ana)
    assert why(ana) == "none_left"


def test_who_has_passed_does_not_take_it_again(ana: Walker) -> None:
    for name in ana.names:
        ana.save(name, "right")
    fail(ana)
    assert ana.result().passed
    assert why(ana) == "passed"
    assert not may_retake(ana.attempt.pk)


def test_nobody_knows_whether_it_was_passed_before_it_is_graded(ana: Walker) -> None:
    ana.submit()
    assert why(ana) == "grading"


def test_an_attempt_that_was_ended_for_cause_is_the_last(ana: Walker) -> None:
    attempts.terminate_attempt(ana.attempt.pk, actor_id=ana.taking.cast.ivo.pk, reason="cheating")
    grading.grade_attempt(ana.attempt.pk)
    assert why(ana) == "ended_by_staff"


def test_a_closed_sitting_gives_no_attempt(ana: Walker) -> None:
    fail(ana)
    shift_sitting(ana.taking.sitting_id, timedelta(days=-1))
    assert why(ana) == "closed"


def test_a_sitting_with_attempts_left_stays_open_until_it_closes(ana: Walker) -> None:
    fail(ana)
    shift(attempt_of(ana.taking.sitting_id, ana.taking.cast.ben.pk), timedelta(days=-1))
    attempts.expire_due()
    sittings.move_due_sittings()
    assert Sitting.objects.get().state == SittingState.RUNNING
    assert create(ana) != ana.attempt.pk


def test_an_outsider_gets_nothing(ana: Walker) -> None:
    for stranger in (ana.taking.cast.olga, ana.taking.cast.ivo):
        with pytest.raises(AttemptUnknown):
            create_attempt(ana.taking.sitting_id, student_id=stranger.pk)


def test_a_pause_is_not_escaped_into_a_further_attempt(ana: Walker) -> None:
    attempts.pause_attempt(ana.attempt.pk, actor_id=ana.taking.cast.ivo.pk, reason="A phone")
    with pytest.raises(AttemptIsPaused):
        create(ana, resume=False)
    assert ana.attempt.state == AttemptState.PAUSED
    assert create(ana) == ana.attempt.pk


def test_an_accommodation_given_since_is_part_of_the_further_attempt(ana: Walker) -> None:
    fail(ana)
    cast = ana.taking.cast
    give_accommodation(
        institution_id=cast.institution.pk,
        student_id=ana.student,
        plan=AccommodationPlan(Adjustment(extra_percent=50), Validity(date(2020, 1, 1), None)),
        actor_id=cast.admin.pk,
    )
    assert Attempt.objects.get(pk=create(ana)).candidate.extra_percent == 50
