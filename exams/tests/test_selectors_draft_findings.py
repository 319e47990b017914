from dataclasses import replace

import pytest

from exams.errors import ExamUnknown
from exams.models import Choice
from exams.selectors.draft_findings import NOTHING, draft_findings
from exams.services.questions import add_question
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import client_of, draft_exam, page_of, questions_of

pytestmark = pytest.mark.django_db


def test_a_sound_draft_has_nothing_to_mend(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    assert draft_findings(exam_id) == NOTHING
    page = page_of(client_of(cast.author).get(f"/exams/{exam_id}/"))
    assert "Every question is complete" in page
    assert "Every picture" not in page


def test_formulas_that_cannot_be_drawn_are_named_in_texts_and_choices(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    first, *rest = drafts()[0].choices
    bad = replace(drafts()[0], prompt="$x_$", choices=(replace(first, text="$\\foo$"), *rest))
    add_question(pool_id, bad)
    assert draft_findings(exam_id).bad_formulas == (
        ("canary-name-one", "$x_$"),
        ("canary-name-one", "$\\foo$"),
    )
    assert "Every formula can be drawn" in page_of(client_of(cast.author).get(f"/exams/{exam_id}/"))


def test_a_question_that_lacks_its_choices_is_named(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    Choice.objects.filter(question_id=questions_of(exam_id)[0]).delete()
    assert draft_findings(exam_id).incomplete == ("canary-name-one",)


def test_an_unknown_exam_is_unknown() -> None:
    with pytest.raises(ExamUnknown):
        draft_findings(0)
