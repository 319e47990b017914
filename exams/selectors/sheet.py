"""An exam with everything that candidates never see, for who writes it or approves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from exams.domain.answer import QuestionKind
from exams.domain.content import ChoiceContent, ExamContent, QuestionContent
from exams.domain.rubric import RubricContent
from exams.domain.scoring import lacks_key
from exams.selectors.contents import current_content


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One option, pair, item or right value.

    Attributes:
        html: Safe HTML; of a pair the left side, empty for a distractor.
        match_html: The right side of a pair.
        share: Of the points, percent; None where a row has none of its own.
        tolerance: A number may differ by so much.
        label: The words by which candidates pick this value, if they pick.
        feedback_html: What is told to who gave it.
        leads_to: Name of the section that who gives it goes on with.
    """

    html: str
    match_html: str
    share: Decimal | None
    tolerance: Decimal | None
    label: str
    feedback_html: str
    leads_to: str
    ends_section: bool
    ends_exam: bool

    @property
    def is_right(self) -> bool:
        """Whether it earns points."""
        return self.share is not None and self.share > 0


@dataclass(frozen=True, slots=True)
class SheetQuestion:
    """One question with its key.

    Attributes:
        number: Place in its section, from 1.
        lacks_key: It has points, but nothing to compare an answer with.
    """

    id: int
    number: int
    name: str
    kind: QuestionKind
    points: Decimal
    required: bool
    prompt_html: str
    help_html: str
    rejoinder_html: str
    text_regex: str
    lines: tuple[SheetLine, ...]
    rubric: RubricContent | None
    lacks_key: bool


@dataclass(frozen=True, slots=True)
class SheetSection:
    """One section with all of its questions, drawn or not."""

    id: int
    name: str
    questions: tuple[SheetQuestion, ...]


def sheet_of_exam(exam_id: int) -> tuple[SheetSection, ...]:
    """Return every question of an exam with its key; ask a policy before showing it.

    Budget: 5 queries for a draft, 2 for an approved exam.

    Raises:
        ExamUnknown: There is none.
    """
    return sheet_in(current_content(exam_id))


def sheet_in(content: ExamContent) -> tuple[SheetSection, ...]:
    """Return the same for an exam that is at hand."""
    names = {pool.id: pool.name for pool in content.pools}
    return tuple(
        SheetSection(
            pool.id,
            pool.name,
            tuple(
                _question(question, place, names)
                for place, question in enumerate(pool.questions, start=1)
            ),
        )
        for pool in content.pools
    )


def _question(question: QuestionContent, number: int, names: Mapping[int, str]) -> SheetQuestion:
    rubric = question.rubric
    return SheetQuestion(
        id=question.id,
        number=number,
        name=question.name,
        kind=question.kind,
        points=question.points,
        required=question.required,
        prompt_html=question.prompt_html,
        help_html=question.help_html,
        rejoinder_html=question.rejoinder_html,
        text_regex=question.text_regex,
        lines=tuple(_line(choice, names) for choice in question.choices),
        rubric=None if isinstance(rubric, msgspec.UnsetType) else rubric,
        lacks_key=lacks_key(question),
    )


def _line(choice: ChoiceContent, names: Mapping[int, str]) -> SheetLine:
    target = choice.next_question_pool
    return SheetLine(
        html=choice.html,
        match_html=choice.match_html,
        share=choice.fraction,
        tolerance=choice.tolerance,
        label=choice.label,
        feedback_html=choice.rejoinder_html,
        leads_to=names.get(target, "") if target is not None else "",
        ends_section=choice.end_question_pool,
        ends_exam=choice.end_exam,
    )
