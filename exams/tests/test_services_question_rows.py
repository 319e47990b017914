from dataclasses import fields

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.errors import QuestionInvalid
from exams.models import Question
from exams.services.question_rows import check_draft, choice_columns, choice_rows, fill_question
from exams.tests.conftest import drafts


def test_every_field_of_a_draft_reaches_its_row() -> None:
    for draft in drafts():
        row = fill_question(Question(), draft)
        names = {one.name for one in fields(QuestionDraft)} - {"choices", "accept"}
        assert all(getattr(row, name) == getattr(draft, name) for name in names)
        assert row.accept == list(draft.accept)


def test_every_field_of_a_choice_has_a_column() -> None:
    columns = choice_columns(ChoiceDraft("a", next_question_pool=7))
    names = {one.name for one in fields(ChoiceDraft)} - {"next_question_pool"}
    assert set(columns) == names | {"next_question_pool_id"}
    assert columns["next_question_pool_id"] == 7


def test_equal_right_hand_sides_share_one_key() -> None:
    pairs = [ChoiceDraft("a", "x"), ChoiceDraft("b", "y"), ChoiceDraft("c", " x ")]
    first, second, third = choice_rows(1, pairs)
    assert first.match_key == third.match_key != second.match_key
    assert [row.order for row in (first, second, third)] == [1, 2, 3]


def test_a_question_may_lack_choices_only_while_it_is_written() -> None:
    bare = QuestionDraft("q", QuestionKind.CHOICE, "q")
    check_draft(bare, complete=False)
    with pytest.raises(QuestionInvalid):
        check_draft(bare)
