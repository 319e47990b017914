"""One student's result sheet, to print: what was given to each question, and what it earned."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from exams.domain.answer import QuestionKind
from exams.domain.texts import to_plain
from exams.exports.cells import passed_word, wall_time
from exams.exports.typeset import Document, Table
from exams.selectors.results import MarkedAnswer, MarkedPaper
from exams.templatetags.exams import given_text
from kernel.numerals import in_digits, write_number, write_percent

_LONGEST = 600  # characters of a question, an answer or a comment


def sheet_document(
    paper: MarkedPaper, *, right: Mapping[int, tuple[str, ...]] | None = None
) -> Document:
    """Return the sheet of a marked paper; it says so when the result is not released.

    Args:
        paper: As its reader may see it.
        right: Question id → right answers as safe HTML, where the reader may see them.
    """
    facts = [
        (_("Name"), paper.student_name),
        (_("Handed in"), _moment(paper.submitted_at)),
        (_("Points"), f"{write_number(paper.points)} / {write_number(paper.possible)}"),
        (_("Score"), "" if paper.score is None else write_percent(paper.score)),
        (_("Passed"), passed_word(paper.passed)),
        (_("Released"), _moment(paper.released_at)),
    ]
    return Document(
        title=paper.sitting_title,
        subtitle=_("Result sheet") if paper.released_at else _("Result sheet, not released"),
        footer=f"{paper.student_name} · {paper.receipt}",
        facts=[(name, value) for name, value in facts if value],
        tables=[_answers(paper, right or {})],
    )


def _answers(paper: MarkedPaper, right: Mapping[int, tuple[str, ...]]) -> Table:
    with_keys = [_("Right answer")] if right else []
    return Table(
        heading="",
        head=("", _("Question"), _("Answer"), *with_keys, _("Points"), _("Comment")),
        rows=[
            (
                in_digits(answer.number),
                _short(to_plain(answer.prompt_html)),
                _given(answer),
                *(_parts(right.get(answer.question_id, ()), answer.kind) for _key in with_keys),
                _points(answer),
                _short(_said(answer)),
            )
            for answer in paper.answers
        ],
        widths=(0, 4, 3, *(2 for _key in with_keys), 0, 2),
        numbers=(3 + len(with_keys),),
    )


def _given(answer: MarkedAnswer) -> str:
    if answer.upload is not None:
        return _("A file")
    return _parts(answer.given_html, answer.kind) or _("No answer")


def _parts(html: Sequence[str], kind: QuestionKind) -> str:
    """Return an answer as plain words."""
    return _short("; ".join(to_plain(given_text(part, kind)) for part in html))


def _points(answer: MarkedAnswer) -> str:
    if not answer.possible:
        return _("Not counted")
    if answer.points is None:
        return f"— / {write_number(answer.possible)}"
    return f"{write_number(answer.points)} / {write_number(answer.possible)}"


def _said(answer: MarkedAnswer) -> str:
    """Return what people said of an answer: the comment, then what each criterion earned."""
    criteria = answer.criteria.criteria if answer.criteria else ()
    earned = [
        f"{one.name}: {write_number(one.points)} / {write_number(one.possible)}"
        + "".join(f" · {remark}" for remark in one.remarks)
        for one in criteria
    ]
    return "; ".join([answer.comment, *earned] if answer.comment else earned)


def _moment(instant: datetime | None) -> str:
    local = wall_time(instant)
    return "" if local is None else in_digits(f"{local:%Y-%m-%d %H:%M}")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
