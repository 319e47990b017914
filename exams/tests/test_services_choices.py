"""One choice at a time: rows keep their ids and keys, and a frozen exam refuses."""

from decimal import Decimal

import pytest

from exams.domain.draft import ChoiceDraft
from exams.errors import ExamFrozen, ExamUnknown, QuestionInvalid
from exams.models import Choice
from exams.services import choices, review
from exams.tests.conftest import Cast
from exams.tests.pages import draft_exam, questions_of

WRONG = ChoiceDraft("another", fraction=Decimal(0))


def rows(question_id: int) -> list[tuple[int, int, str]]:
    found = Choice.objects.filter(question_id=question_id).order_by("order")
    return list(found.values_list("pk", "key", "text"))


def test_other_rows_stay_as_they_are(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    question_id = questions_of(exam_id)[0]
    first, second = rows(question_id)
    made = choices.add_choice(question_id, WRONG, order=2)
    assert [pk for pk, _key, _text in rows(question_id)] == [first[0], made, second[0]]
    choices.update_choice(made, ChoiceDraft("changed", fraction=Decimal(0)), order=99)
    assert [text for _pk, _key, text in rows(question_id)][-1] == "changed"
    choices.delete_choice(made)
    assert rows(question_id) == [first, second]


def test_a_choice_at_fault_is_refused_and_nothing_is_stored(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    question_id = questions_of(exam_id)[1]
    before = rows(question_id)
    with pytest.raises(QuestionInvalid):
        choices.add_choice(question_id, ChoiceDraft("not a number", fraction=Decimal(0)))
    with pytest.raises(QuestionInvalid):
        choices.update_choice(before[0][0], ChoiceDraft("", fraction=Decimal(0)))
    assert rows(question_id) == before


def test_a_frozen_exam_and_an_unknown_choice_are_refused(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    question_id = questions_of(exam_id)[0]
    choice_id = rows(question_id)[0][0]
    with pytest.raises(ExamUnknown):
        choices.delete_choice(choice_id + 10_000)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    for write in (
        lambda: choices.add_choice(question_id, WRONG),
        lambda: choices.update_choice(choice_id, WRONG),
        lambda: choices.delete_choice(choice_id),
    ):
        with pytest.raises(ExamFrozen):
            write()
