"""The page that is open in an attempt, as its candidate sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

from exams.domain import paper as papers
from exams.domain.walk import may_go_on
from exams.models import Answer, Attempt
from exams.queries_attempts import answers_of
from exams.selectors.contents import approved_content, paper_view
from exams.wire import PageView, PaperQuestion, SavedAnswer
from kernel.clock import to_millis


@dataclass(frozen=True, slots=True)
class OpenPage:
    """What the open page asks and what was answered on it."""

    view: PageView
    questions: list[PaperQuestion]
    answers: dict[str, SavedAnswer]


def open_page(attempt: Attempt) -> OpenPage:
    """Return the page that is open. One query.

    Needs: `sitting__exam` loaded with the attempt.
    """
    exam = attempt.sitting.exam
    content = approved_content(exam.pk, exam.content_hash)
    paper = papers.from_json(attempt.paper)
    rows = answers_of(attempt.pk)
    closed = set(attempt.closed_ids)
    given = {row.question_id: row.value for row in rows if row.question_id in closed}
    goes_on = may_go_on(content, paper, attempt.page_index, given)
    before = attempt.asked_before
    return OpenPage(
        view=page_view(attempt, is_last=not goes_on),
        questions=paper_view(content, paper, attempt.page_index, asked_before=before),
        answers=_shown({row.question_id: row for row in rows if row.question_id not in closed}),
    )


def page_view(attempt: Attempt, *, is_last: bool) -> PageView:
    """Return where the candidate is."""
    return PageView(number=attempt.page, is_last=is_last, asked_before=attempt.asked_before)


def _shown(rows: Mapping[int, Answer]) -> dict[str, SavedAnswer]:
    return {
        str(question): SavedAnswer(
            seq=row.seq, value=row.value, saved_at=to_millis(row.saved_at), text=row.text or None
        )
        for question, row in rows.items()
    }
