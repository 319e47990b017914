"""The text beside an answer: where it may stand, and what limits it keeps (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exams.domain.answer import MAX_TEXT, TEXT_KINDS, Fault, InvalidAnswer, Rules, check_limits


@dataclass(frozen=True, slots=True)
class Given:
    """An answer with the text beside it; see exams/domain/answer.py for the value."""

    value: object
    text: str = ""


def handed_in(answers: Mapping[str, Any], question_id: int) -> Given:
    """Return what a submission says of one question; a value of None if nothing."""
    answer = answers.get(str(question_id), {})
    return Given(answer.get("value"), str(answer.get("text", "")))


def check_text_beside(rules: Rules, text: str, *, is_asked: bool) -> None:
    """Check the text beside an answer by the limits of its question; a blank one is none.

    Raises:
        InvalidAnswer: Nothing asks for a text here, or it breaks a limit.

    Source: seed 002, text_response: the rules of a text, and none beside what is a text itself.
    """
    if not text.strip():
        return
    if not is_asked or rules.kind in TEXT_KINDS:
        raise InvalidAnswer(Fault.TEXT_NOT_ASKED)
    if len(text) > MAX_TEXT:
        raise InvalidAnswer(Fault.TOO_LONG)
    check_limits(rules, text)
