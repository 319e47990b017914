"""A question that was never stored is drawn and marked like the same question once it is."""

from dataclasses import replace

import msgspec
import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.models import Question
from exams.selectors.contents import question_of_row
from exams.selectors.exams import question_draft
from exams.selectors.trials import content_of_draft, question_on_paper
from exams.services.questions import add_question
from exams.tests.conftest import PERCENT, Cast, drafts
from exams.tests.pages import draft_exam

PAIRS = QuestionDraft(
    name="pairs",
    kind=QuestionKind.MATCHING,
    prompt="match",
    choices=(ChoiceDraft("a", "1"), ChoiceDraft("b", "2"), ChoiceDraft("c", "1")),
)


@pytest.mark.parametrize("draft", [*drafts(), PAIRS], ids=lambda one: one.name)
def test_a_trial_has_everything_that_the_stored_question_has(
    cast: Cast, draft: QuestionDraft
) -> None:
    _exam, pool_id = draft_exam(cast, questions=False)
    question_id = add_question(pool_id, draft)
    stored = question_of_row(Question.objects.get(pk=question_id))
    tried = content_of_draft(question_draft(question_id))
    same = {"id": 0, "shuffle_choices": False, "choices": ()}
    assert msgspec.structs.replace(tried, **same) == msgspec.structs.replace(stored, **same)
    keys = {"key": 0, "match_key": 0}
    assert [msgspec.structs.replace(one, **keys) for one in tried.choices] == [
        msgspec.structs.replace(one, **keys) for one in stored.choices
    ]


def test_equal_right_hand_sides_are_one() -> None:
    shown = question_on_paper(content_of_draft(PAIRS))
    assert (len(shown.lefts), len(shown.choices)) == (3, 2)


def test_a_question_on_paper_says_nothing_of_its_key() -> None:
    right = ChoiceDraft("yes", fraction=PERCENT, rejoinder="secret")
    draft = replace(drafts()[0], choices=(right, ChoiceDraft("no")))
    assert "secret" not in str(msgspec.to_builtins(question_on_paper(content_of_draft(draft))))
