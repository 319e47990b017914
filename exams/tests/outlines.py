"""Random whole exams that keep every rule, for the tests of exchange."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from exams.domain.answer import NUMBER_KINDS, QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft, findings_of
from exams.domain.outline import ExamHeader, ExamOutline, PoolDraft
from exams.domain.texts import TextFormat
from exams.domain.widgets import WIDGETS, fits

LETTERS = "aZ é<>&\"'\n\tی۱\u200c\u200f😀]]>\r\u2028"
TEXT = st.text(LETTERS, min_size=1, max_size=12).filter(lambda text: text.strip())
MAYBE = st.one_of(st.just(""), TEXT)
LINE = st.text("aZ é<>&\"'ی۱", min_size=1, max_size=12).filter(lambda text: text.strip() == text)
FORMAT = st.sampled_from(TextFormat)
CENTS = st.decimals(0, 99999, places=2)
NUMBER = st.decimals(-(10**13), 10**13, places=10)
CONFIGURATIONS: list[dict[str, Any]] = [{}, {"show_key": True}, {"marking": {"blind": True}}]
CONFIGURATION = st.sampled_from(CONFIGURATIONS)
PLAIN_VALUES = {
    QuestionKind.BOOL: "true",
    QuestionKind.CHAR: "two * words",
    QuestionKind.DATE: "2026-05-01",
    QuestionKind.DATETIME: "2026-05-01T10:00",
    QuestionKind.DECIMAL: "1.50",
    QuestionKind.FLOAT: "2.5e3",
    QuestionKind.INT: "7",
    QuestionKind.RATING: "3",
    QuestionKind.TIME: "10:30",
}
FRACTIONS: list[list[str | None]] = [[None], ["100", "0"], ["100", None], ["33.33333", "100"]]
WHOLE = {QuestionKind.MATCHING, QuestionKind.ORDERING}
WITHOUT = {QuestionKind.TEXT, QuestionKind.FILE, QuestionKind.INFO}


@st.composite
def choices(draw: st.DrawFn, kind: QuestionKind, targets: list[int]) -> tuple[ChoiceDraft, ...]:
    if kind in WITHOUT:
        return ()
    worded = kind in WHOLE or kind is QuestionKind.CHOICE
    count = draw(st.integers(2 if worded else 0, 4))
    fractions: list[str | None] = draw(st.sampled_from(FRACTIONS))
    rows = []
    for index in range(count):
        given = fractions[index % len(fractions)] if kind not in WHOLE else None
        leads = draw(st.sampled_from([None, *targets])) if kind not in WHOLE else None
        rows.append(
            ChoiceDraft(
                text=draw(TEXT) if worded else PLAIN_VALUES[kind],
                match=f"right {index}" if kind is QuestionKind.MATCHING else "",
                format=draw(FORMAT),
                fraction=None if given is None else Decimal(given),
                tolerance=draw(st.none() | CENTS) if kind in NUMBER_KINDS else None,
                rejoinder=draw(MAYBE),
                label="" if worded else draw(MAYBE),
                value=draw(MAYBE) if kind is QuestionKind.CHOICE else "",
                next_question_pool=leads,
                end_question_pool=kind not in WHOLE and draw(st.booleans()),
                end_exam=kind not in WHOLE and leads is None and draw(st.booleans()),
            )
        )
    return tuple(rows)


@st.composite
def questions(draw: st.DrawFn, targets: list[int]) -> QuestionDraft:
    kind = draw(st.sampled_from(QuestionKind))
    many = kind is QuestionKind.CHOICE and draw(st.booleans())
    widgets = [one.value for one in WIDGETS[kind] if fits(kind, one, multiple=many)]
    rating = kind is QuestionKind.RATING
    texty = kind in {QuestionKind.CHAR, QuestionKind.TEXT}
    beside = kind in {QuestionKind.BOOL, QuestionKind.CHOICE, QuestionKind.INT}
    return QuestionDraft(
        name=draw(LINE),
        kind=kind,
        prompt=draw(TEXT),
        format=draw(FORMAT),
        help_text=draw(MAYBE),
        rejoinder=draw(MAYBE),
        points=draw(CENTS),
        required=draw(st.booleans()),
        shuffle_choices=draw(st.booleans()),
        min_answers=draw(st.sampled_from([0, 1])),
        max_answers=draw(st.sampled_from([None, 2])) if many else 1,
        min_value=Decimal(1) if rating else None,
        max_value=Decimal(5)
        if rating
        else draw(st.none() | NUMBER)
        if kind in NUMBER_KINDS
        else None,
        min_length=draw(st.integers(0, 3)) if texty else 0,
        max_length=draw(st.sampled_from([None, 5, 255])) if texty else None,
        text_regex=draw(st.sampled_from(["", r"\d+ <&\"x"])) if texty else "",
        accept=draw(st.sampled_from([(), (".pdf", ".odt")])) if kind is QuestionKind.FILE else (),
        choices=draw(choices(kind, targets)),
        widget=draw(st.sampled_from(["", *widgets])),
        all_or_nothing=draw(st.booleans()),
        text_response=beside and draw(st.booleans()),
        text_response_label=draw(MAYBE),
    )


@st.composite
def exams(draw: st.DrawFn) -> ExamOutline:
    count = draw(st.integers(0, 4))
    pools = []
    for place in range(1, count + 1):
        later = list(range(place + 1, count + 1))
        pools.append(
            PoolDraft(
                name=draw(LINE),
                xml_id=draw(st.sampled_from(["", f"pool-{place}", f"ی{place}"])),
                randomize_questions=draw(st.booleans()),
                number_to_answer=draw(st.none() | st.integers(1, 5)),
                next_question_pool=draw(st.sampled_from([None, *later])),
                questions=tuple(
                    one
                    for one in draw(st.lists(questions(later), max_size=3))
                    if not findings_of(one)
                ),
            )
        )
    header = ExamHeader(
        name=draw(LINE),
        version_label=draw(LINE),
        subject=draw(st.just("") | LINE),
        passing_score=draw(st.decimals(0, 100, places=2)),
        xml_id=draw(st.sampled_from(["", "exam-1"])),
        version_id=draw(st.none() | st.integers(0, 2**40)),
        version_comment=draw(st.just("") | LINE),
        configuration=draw(CONFIGURATION),
    )
    return ExamOutline(header, tuple(pools))
