"""The report of the ways through an exam as its rows stand, and what it keeps from review."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.paths import Flaw
from exams.errors import ExamIncomplete, ExamUnknown
from exams.selectors.paths import path_report
from exams.services import pools, review
from exams.services.questions import add_question
from exams.tests.conftest import Cast


def leading(to: int | None) -> QuestionDraft:
    return QuestionDraft(
        name="Q",
        kind=QuestionKind.CHOICE,
        prompt="Q?",
        choices=(
            ChoiceDraft("a", fraction=Decimal(100), next_question_pool=to),
            ChoiceDraft("b", fraction=Decimal(0), end_exam=True),
        ),
    )


def test_an_unknown_exam_is_refused(cast: Cast) -> None:
    with pytest.raises(ExamUnknown):
        path_report(10**9)


def test_a_draft_is_reported_as_it_stands_in_the_same_number_of_queries(
    cast: Cast, exam_id: int
) -> None:
    first, second = (pools.add_pool(exam_id, name=name) for name in ("First", "Second"))
    add_question(second, leading(None))
    add_question(first, leading(second))
    report = path_report(exam_id)
    assert (report.paths, report.endings, report.findings) == (2, 2, ())
    with CaptureQueriesContext(connection) as seen:
        path_report(exam_id)
    assert len(seen) == 5


def test_an_exam_with_a_way_that_leads_wrong_does_not_go_to_review(
    cast: Cast, exam_id: int
) -> None:
    third = pools.add_pool(exam_id, name="Third")
    first = pools.add_pool(exam_id, name="First", order=1, next_question_pool=third)
    pools.add_pool(exam_id, name="Second", order=2)
    for pool in (first, third):
        add_question(pool, leading(None))
    assert [one.flaw for one in path_report(exam_id).findings] == [Flaw.UNREACHABLE]
    with pytest.raises(ExamIncomplete) as refusal:
        review.send_to_review(exam_id, actor_id=cast.author.pk)
    assert refusal.value.data["finding"] == "way_leads_wrong"
