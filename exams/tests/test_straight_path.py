"""The whole life of one attempt through the services, start to released result."""

from datetime import timedelta
from decimal import Decimal

from exams.domain.states import AttemptState, ResultState, SittingState
from exams.models import Attempt, Result, Sitting
from exams.selectors.attempts import snapshot
from exams.selectors.progress import wall_rows
from exams.selectors.results import released_paper
from exams.services import answers, attempts, grading, handmarks, sittings, taking
from exams.services.handmarks import HandMark
from exams.tests.conftest import Taking, shift
from exams.wire import AnswerIn


def answer_everything(running: Taking) -> list[AnswerIn]:
    seen = snapshot(running.attempt_id, running.cast.ana.pk)
    assert seen.questions is not None
    first, second, third, fourth = seen.questions
    right = next(choice.id for choice in first.choices if "right" in choice.html)
    given = [
        AnswerIn(question=first.id, seq=1, value=[right]),
        AnswerIn(question=second.id, seq=1, value="424242"),
        AnswerIn(question=third.id, seq=1, value="wrong"),
        AnswerIn(question=fourth.id, seq=1, value="An essay."),
    ]
    reply = answers.save_answers(
        running.attempt_id, student_id=running.cast.ana.pk, lease=running.lease, answers=given
    )
    assert reply.saved == {str(one.question): 1 for one in given}
    return given


def close_without_ben(running: Taking) -> None:
    ben = Attempt.objects.get(sitting_id=running.sitting_id, student=running.cast.ben)
    shift(ben.pk, timedelta(hours=-3))
    assert attempts.expire_due() == 1
    ben.refresh_from_db()
    assert ben.state == AttemptState.ABSENT
    sittings.move_due_sittings()
    assert Sitting.objects.get(pk=running.sitting_id).state == SittingState.CLOSED


def grade_with_a_person(running: Taking, essay: int) -> None:
    grading.grade_attempt(running.attempt_id)
    result = Result.objects.get(attempt_id=running.attempt_id)
    assert (result.state, result.needs_person, result.score) == (ResultState.GRADED, True, None)
    given = HandMark(essay, Decimal("0.5"))
    handmarks.mark_answer(running.attempt_id, given, actor_id=running.cast.grader.pk)
    result.refresh_from_db()
    assert (result.score, result.passed) == (Decimal("70.00"), True)


def test_an_attempt_goes_from_lobby_to_released_result(running: Taking) -> None:
    cast = running.cast
    given = answer_everything(running)
    assert wall_rows(running.sitting_id)[running.attempt_id].answered == 4
    attempts.extend_attempt(
        running.attempt_id, extra=timedelta(minutes=5), actor_id=cast.ivo.pk, reason="Noise outside"
    )
    receipt = taking.submit_attempt(
        running.attempt_id,
        student_id=cast.ana.pk,
        lease=running.lease,
        digest={one.question: 1 for one in given},
    )
    assert (receipt.answered, receipt.total) == (4, 4)
    close_without_ben(running)
    grade_with_a_person(running, given[3].question)
    sittings.move_due_sittings()
    assert grading.release_results(running.sitting_id, actor_id=cast.grader.pk) == 1
    assert Sitting.objects.get(pk=running.sitting_id).state == SittingState.PUBLISHED
    assert released_paper(running.attempt_id, cast.ana.pk).score == Decimal("70.00")
