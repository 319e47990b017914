"""The right answers as students see them with a released result, where the exam is configured so."""

from exams.domain.answer import QuestionKind
from exams.domain.configuration import configuration_of
from exams.domain.content import ChoiceContent, ExamContent, QuestionContent
from exams.domain.corrections import corrected
from exams.selectors.contents import content_of_sitting
from exams.selectors.corrections import corrections_of
from exams.selectors.given import given_html


def right_answers(sitting_id: int) -> dict[int, tuple[str, ...]]:
    """Return question id → what is right as safe HTML; nothing where it is not to be shown.

    Two queries. What was corrected since is right. Questions that a person marks have no right
    answer to show.

    Needs: the caller has seen to it that the reader's result is released.
    """
    content = content_of_sitting(sitting_id)
    if not configuration_of(content.configuration).show_key:
        return {}
    return _keys_of(content, sitting_id)


def keys_of_sitting(sitting_id: int) -> dict[int, tuple[str, ...]]:
    """Return the same for who grades, whatever students are shown. Two queries.

    Needs: the caller has asked whether the reader may grade this sitting.
    """
    return _keys_of(content_of_sitting(sitting_id), sitting_id)


def _keys_of(content: ExamContent, sitting_id: int) -> dict[int, tuple[str, ...]]:
    overlay = corrections_of(sitting_id)
    found = {
        pk: right_of(corrected(question, overlay.get(pk)))
        for pk, question in content.question_map().items()
    }
    return {pk: parts for pk, parts in found.items() if parts}


def right_of(question: QuestionContent) -> tuple[str, ...]:
    """Return what is right for one question, one part per choice, pair, item or value."""
    match question.kind:
        case QuestionKind.CHOICE:
            return given_html(question, [one.key for one in _right(question)])
        case QuestionKind.ORDERING:
            return given_html(question, [one.key for one in question.choices])
        case QuestionKind.MATCHING:
            return given_html(
                question, {str(one.key): str(one.match_key) for one in question.lefts}
            )
        case QuestionKind.BOOL:
            return given_html(question, _truth_of(question))
        case _:
            return tuple(one.html for one in _right(question))


def _right(question: QuestionContent) -> list[ChoiceContent]:
    return [one for one in question.choices if one.fraction is not None and one.fraction > 0]


def _truth_of(question: QuestionContent) -> bool | None:
    words = {one.text.strip().lower() for one in _right(question)}
    return None if len(words) != 1 else words == {"true"}
