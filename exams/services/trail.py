"""The line that a write of the exam engine leaves on the audit trail of its institution."""

from collections.abc import Mapping
from typing import TypeAlias

from exams.models import Attempt, Exam, QuestionBank, RegradeRun, Result, Sitting, Timetable
from kernel import audit

Subject: TypeAlias = Exam | QuestionBank | Timetable | Sitting | Attempt | Result | RegradeRun


def append_line(
    action: str,
    about: Subject,
    actor_id: int | None,
    *,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    """Append one line about a row; one about a result stands with its attempt.

    Args:
        action: What was done, `noun.verbed`.
        about: The row; of an attempt or a result its sitting is loaded with it.
        actor_id: Who did it; None for the clock.
        reason: As given by that person.
        data: Facts, no words about people; ids and states.

    Needs: the transaction that does it.
    """
    audit.append(
        action,
        actor_id=actor_id,
        subject=_name_of(about),
        reason=reason.strip(),
        data={**_facts_of(about), **(data or {})},
        institution_id=_institution_of(about),
    )


def _name_of(about: Subject) -> str:
    match about:
        case Result():
            return f"attempt:{about.attempt_id}"
        case QuestionBank():
            return f"bank:{about.pk}"
        case RegradeRun():
            return f"regrade:{about.pk}"
        case _:
            return f"{about._meta.model_name}:{about.pk}"  # noqa: SLF001 - Django documents _meta


def _facts_of(about: Subject) -> dict[str, object]:
    return {"sitting": about.sitting_id} if isinstance(about, RegradeRun) else {}


def _institution_of(about: Subject) -> int:
    match about:
        case Exam() | QuestionBank() | Timetable() | Sitting():
            return about.institution_id
        case Attempt() | RegradeRun():
            return about.sitting.institution_id
        case Result():
            return about.attempt.sitting.institution_id
