"""The list of results with the statistics of a sitting, to print."""

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from exams.exports.cells import counts_word, passed_word, result_word
from exams.exports.figures import Line, reliability_lines, score_lines
from exams.exports.typeset import Document, Part, Table
from exams.exports.workbook import ResultBook
from exams.selectors.result_rows import ExportRow
from exams.selectors.sittings import SittingView
from exams.templatetags.statistics import coefficient, share
from exams.texts_statistics import DOUBTS
from kernel.numerals import in_digits, write_number


def result_document(sitting: SittingView, book: ResultBook) -> Document:
    """Return the whole document: figures, distribution, questions, then every candidate."""
    return Document(
        title=sitting.title,
        subtitle=sitting.exam_name,
        footer=f"{sitting.title} · {sitting.code}",
        facts=_facts(book),
        tables=[_distribution(book), _questions(book), _candidates(book)],
        landscape=True,
    )


def _facts(book: ResultBook) -> list[tuple[str, str]]:
    found: list[Line] = [
        (_("Graded papers"), book.statistics.counted),
        (_("Papers that still wait"), book.statistics.waiting),
        *score_lines(book.statistics.scores),
        *reliability_lines(book.statistics),
    ]
    return [(name, _written(value)) for name, value in found]


def _written(value: Decimal | int | str | None) -> str:
    if value is None:
        return "—"
    return value if isinstance(value, str) else write_number(Decimal(value))


def _distribution(book: ResultBook) -> Table:
    bins = book.statistics.scores.bins if book.statistics.scores is not None else ()
    most = max((one.count for one in bins), default=0) or 1
    return Table(
        heading=_("Distribution of the scores") if bins else "",
        head=(_("Score"), "", _("Candidates")),
        rows=[
            (in_digits(f"{one.low}-{one.high} %"), Part(one.count / most), in_digits(one.count))
            for one in bins
        ],
        widths=(0, 1, 0),
        numbers=(2,),
    )


def _questions(book: ResultBook) -> Table:
    rows = [
        (
            in_digits(line.number),
            line.question.name,
            in_digits(line.figures.asked),
            share(line.figures.facility),
            coefficient(line.figures.discrimination),
            coefficient(line.figures.upper_lower),
            share(Fraction(line.figures.omitted, line.figures.asked)),
            "; ".join(str(DOUBTS[doubt][0]) for doubt in line.doubts),
        )
        for line in book.lines
    ]
    return Table(
        heading=_("Questions") if rows else "",
        head=(
            *("", _("Question"), _("Asked"), _("Facility"), _("Discrimination")),
            *(_("Upper − lower"), _("Unanswered"), _("To look at")),  # noqa: RUF001 a true minus
        ),
        rows=rows,
        widths=(0, 2, 0, 0, 0, 0, 0, 2),
        numbers=(2, 3, 4, 5, 6),
    )


def _candidates(book: ResultBook) -> Table:
    """Return the list of the candidates; where some had several attempts, it says which counts."""
    is_several = any(row.counts is not None for row in book.rows)
    several = (_("Attempt number"), _("Counts")) if is_several else ()
    return Table(
        heading=_("Candidates"),
        head=(
            *(_("Name"), _("Registration number"), _("Seat"), *several, _("Result")),
            *(_("Points"), _("of"), _("Percent"), _("Passed")),
        ),
        rows=[
            (
                *(row.name, row.registration_number, row.seat, *_attempt(row)[: len(several)]),
                result_word(row),
                *(_written(row.points), _written(row.possible), _written(row.score)),
                passed_word(row.passed),
            )
            for row in book.rows
        ],
        widths=(3, 2, 1, *(0 for _one in several), 2, 0, 0, 0, 0),
        numbers=tuple(place + len(several) for place in (4, 5, 6)),
    )


def _attempt(row: ExportRow) -> tuple[str, str]:
    return in_digits(row.number or ""), counts_word(row.counts)
