"""Rows of questions and their choices, filled from drafts; nothing is saved here."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

from exams.domain.draft import ChoiceDraft, QuestionDraft, faults_of_parts, findings_of
from exams.errors import QuestionInvalid
from exams.models import Choice, Question

# Read one by one: asdict() copies deeply, which is a third of the time of a large import.
_QUESTION_FIELDS: Final = tuple(
    one.name for one in fields(QuestionDraft) if one.name not in {"choices", "accept"}
)
_CHOICE_FIELDS: Final = tuple(
    one.name for one in fields(ChoiceDraft) if one.name != "next_question_pool"
)


def check_draft(draft: QuestionDraft, *, complete: bool = True) -> None:
    """Refuse a question that contradicts itself; without `complete` it may lack choices so far.

    Raises:
        QuestionInvalid: With the first field at fault.
    """
    for finding in findings_of(draft) if complete else faults_of_parts(draft):
        raise QuestionInvalid(field=finding.field, fault=finding.fault.value, detail=finding.detail)


def fill_question(question: Question, draft: QuestionDraft) -> Question:
    """Put every field of the draft but its choices into a row, and return it."""
    for name in _QUESTION_FIELDS:
        setattr(question, name, getattr(draft, name))
    question.accept = list(draft.accept)
    return question


def choice_rows(question_id: int, choices: Sequence[ChoiceDraft]) -> list[Choice]:
    """Return the rows of a question's choices, in this order.

    Equal right-hand sides share one key: either of them is right for either left-hand side.
    """
    keys: dict[str, int] = {}
    rows = [_row(question_id, place, one) for place, one in enumerate(choices, start=1)]
    for row in rows:
        row.match_key = keys.setdefault(row.match.strip(), row.match_key)
    return rows


def choice_columns(draft: ChoiceDraft) -> dict[str, Any]:
    """Return the columns of a choice's row, all but its question and place."""
    columns = {name: getattr(draft, name) for name in _CHOICE_FIELDS}
    columns["next_question_pool_id"] = draft.next_question_pool
    return columns


def _row(question_id: int, place: int, draft: ChoiceDraft) -> Choice:
    return Choice(question_id=question_id, order=place, **choice_columns(draft))
