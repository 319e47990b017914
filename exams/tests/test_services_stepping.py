"""An exam taken answer by answer: every step is one of the exam room, with the names of seed 002."""

import pytest

from exams.domain.answer import Fault
from exams.errors import (
    AttemptUnknown,
    ExamSessionAlreadyFinished,
    InvalidResponse,
    LeaseLost,
)
from exams.models import Answer, Attempt
from exams.services import attempts, sittings, stepping
from exams.services.stepping import Hand
from exams.tests.conftest import Cast, drafts, schedule

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hand(cast: Cast) -> Hand:
    sitting_id = schedule(cast)
    sittings.start_sitting(sitting_id)
    return stepping.begin_attempt(
        sitting_id, student_id=cast.ana.pk, browser="program", resume=True
    )


def question(hand: Hand, place: int) -> int:
    ids: list[int] = Attempt.objects.get(pk=hand.attempt_id).question_ids
    return ids[place]


def test_answers_are_stored_one_after_the_other_and_judged_by_their_rules(hand: Hand) -> None:
    number = question(hand, 1)
    assert stepping.give_answer(hand, number, "many", None) == stepping.Response(
        1, is_valid=False, fault=Fault.NOT_A_NUMBER
    )
    assert stepping.give_answer(hand, number, "7", None).seq == 2
    assert Answer.objects.get(question_id=number).value == "7"
    assert stepping.give_answer(hand, number, None, None).is_valid is None


def test_finishing_hands_in_and_ends(hand: Hand) -> None:
    assert len(drafts()) == len(Attempt.objects.get(pk=hand.attempt_id).question_ids)
    assert stepping.finish_attempt(hand).receipt
    for step in (
        lambda: stepping.finish_attempt(hand),
        lambda: stepping.give_answer(hand, question(hand, 1), "7", None),
    ):
        with pytest.raises(ExamSessionAlreadyFinished):
            step()


def test_a_question_of_another_exam_is_not_asked_here(hand: Hand) -> None:
    with pytest.raises(InvalidResponse):
        stepping.give_answer(hand, 10**9, "7", None)


def test_another_person_and_another_browser_write_nothing(cast: Cast, hand: Hand) -> None:
    stranger = Hand(hand.attempt_id, cast.ben.pk, hand.lease, hand.browser)
    with pytest.raises(AttemptUnknown):
        stepping.give_answer(stranger, question(hand, 1), "7", None)
    copied = Hand(hand.attempt_id, hand.student_id, hand.lease, "another")
    with pytest.raises(LeaseLost):
        stepping.give_answer(copied, question(hand, 1), "7", None)
    assert not Answer.objects.exists()


def test_an_attempt_that_was_ended_is_not_begun_again(cast: Cast, hand: Hand) -> None:
    attempts.terminate_attempt(hand.attempt_id, actor_id=cast.ivo.pk, reason="Left the room")
    sitting_id = Attempt.objects.get(pk=hand.attempt_id).sitting_id
    with pytest.raises(Exception, match=r"retake_refused|already_finished"):
        stepping.begin_attempt(sitting_id, student_id=cast.ana.pk, browser="x", resume=True)
