"""What was given to a question, as safe HTML for people."""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from exams.domain.answer import InvalidAnswer, QuestionKind, parse
from exams.domain.content import QuestionContent
from exams.domain.scoring import rules_of
from exams.domain.texts import TextFormat, to_html

_UNKNOWN: Final = "?"


def given_html(question: QuestionContent, value: object) -> tuple[str, ...]:
    """Return what was given as safe HTML, one part per choice or pair; empty for nothing.

    Choices and pairs are shown by the choices they name, also where the answer is not valid; a
    part that names none is a question mark, because the keys on the wire say nothing to people.
    """
    if value is None or question.kind is QuestionKind.FILE:
        return ()
    if question.kind is QuestionKind.CHOICE:
        html = {str(choice.key): choice.html for choice in question.choices}
        return _named(html, value) if isinstance(value, list) else (_UNKNOWN,)
    if question.labelled and isinstance(value, list):
        labels = {str(one.key): to_html(one.label, TextFormat.PLAIN) for one in question.labelled}
        return _named(labels, value)
    if question.kind is QuestionKind.MATCHING:
        return _pairs_html(question, value) if isinstance(value, dict) else (_UNKNOWN,)
    if question.kind is QuestionKind.ORDERING:
        items = {str(choice.key): choice.html for choice in question.choices}
        order = value if isinstance(value, list) else [None]
        return tuple(items.get(str(key), _UNKNOWN) for key in order)
    return (to_html(value if isinstance(value, str) else str(value).lower(), TextFormat.PLAIN),)


def _pairs_html(question: QuestionContent, pairs: Mapping[str, object]) -> tuple[str, ...]:
    rights = {str(right.match_key): right.match_html for right in question.rights}
    chosen = {
        str(left.key): f"{left.html} → {rights.get(str(pairs[str(left.key)]), _UNKNOWN)}"
        for left in question.lefts
        if pairs.get(str(left.key)) not in (None, "")
    }
    return _named(chosen, [left for left, right in pairs.items() if right not in (None, "")])


def _named(html: Mapping[str, str], keys: Iterable[object]) -> tuple[str, ...]:
    """Return what the keys name, in authored order, then one mark for each that names nothing."""
    wanted = [str(key) for key in keys]
    known = [text for key, text in html.items() if key in wanted]
    return (*known, *(_UNKNOWN for key in wanted if key not in html))


def upload_of(question: QuestionContent, value: object) -> UUID | None:
    """Return the id of the file that was given; None for none, and for other kinds."""
    if question.kind is not QuestionKind.FILE:
        return None
    try:
        parsed = parse(rules_of(question), value)
    except InvalidAnswer:
        return None
    return parsed if isinstance(parsed, UUID) else None
