from uuid import uuid4

import pytest

from proctoring.errors import HelpUnknown, HelpWaiting, ReasonMissing
from proctoring.models import HelpRequest
from proctoring.services.help import MAX_UNANSWERED, answer_help, ask_help
from proctoring.tests.stage import Stage


def test_a_raised_hand_reaches_the_wall_once_however_often_it_is_sent(stage: Stage) -> None:
    hand = uuid4()
    for _ in range(3):
        ask_help(hand, stage.ana, "May I use a calculator?")
    assert HelpRequest.objects.count() == 1
    assert {key for key, _ in stage.on(f"wall:{stage.sitting}")} == {f"help:{hand}"}


def test_an_id_cannot_be_used_by_two_students(stage: Stage) -> None:
    hand = uuid4()
    ask_help(hand, stage.ana, "Mine")
    with pytest.raises(HelpUnknown):
        ask_help(hand, stage.ben, "Also mine?")


def test_an_answer_names_who_gave_it_and_goes_to_that_student_only(stage: Stage) -> None:
    hand = uuid4()
    ask_help(hand, stage.ana, "May I use a calculator?")
    view = answer_help(hand, stage.sitting, "Yes, in part 2.", actor_id=stage.cast.ivo.pk)
    assert (view.answered_by, view.reply) == ("Ivo", "Yes, in part 2.")
    assert [key for key, _ in stage.on(f"watch:{stage.ana}")] == ["help.replied"]
    assert stage.on(f"watch:{stage.ben}") == []


def test_an_empty_answer_and_a_foreign_hand_are_refused(stage: Stage) -> None:
    hand = uuid4()
    ask_help(hand, stage.ana, "Hello?")
    with pytest.raises(ReasonMissing):
        answer_help(hand, stage.sitting, "  ", actor_id=stage.cast.ivo.pk)
    with pytest.raises(HelpUnknown):
        answer_help(hand, stage.sitting + 1, "Hi", actor_id=stage.cast.ivo.pk)


def test_nobody_raises_more_hands_than_somebody_answers(stage: Stage) -> None:
    hands = [uuid4() for _ in range(MAX_UNANSWERED)]
    for hand in hands:
        ask_help(hand, stage.ana, "Hello?")
    one_more = uuid4()
    with pytest.raises(HelpWaiting):
        ask_help(one_more, stage.ana, "Hello?")
    assert HelpRequest.objects.count() == MAX_UNANSWERED
    ask_help(hands[0], stage.ana, "Hello?")
    ask_help(uuid4(), stage.ben, "My own question")
    answer_help(hands[0], stage.sitting, "I am coming.", actor_id=stage.cast.ivo.pk)
    ask_help(one_more, stage.ana, "Hello?")
