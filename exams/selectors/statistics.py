"""Statistics of sittings: figures of the scores, analysis of the questions.

Papers that wait for a grader or a job are left out and counted; of several attempts of a candidate
in one sitting only the one that counts is looked at; all others count, whoever ended them. Read in one statement through a cursor of the database, so memory does not grow with the texts
of the answers; for n attempts of q questions the table holds 24 bytes n·q.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    CharField,
    Count,
    DecimalField,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)

from exams.domain.analysis import Analysis, QuestionFigures, analyse
from exams.domain.answer import PERSON_KINDS, is_empty
from exams.domain.answer_parts import identity_of, parts_of
from exams.domain.content import ExamContent, QuestionContent
from exams.domain.point_table import NOTHING, PointTable
from exams.domain.reliability import Reliability
from exams.domain.states import ResultState
from exams.domain.statistics import ScoreFigures, figures_of
from exams.domain.text_beside import Given
from exams.models import Exam, Mark, Result
from exams.selectors.contents import approved_content
from exams.selectors.counting import set_aside
from exams.selectors.late import accepted_in

_CHUNK: Final = 500  # attempts read at a time
_GRADED: Final = Q(state__in=[ResultState.GRADED, ResultState.RELEASED], needs_person=False)
_GIVEN: Final = ("given",)  # identity of what a person reads


@dataclass(frozen=True, slots=True)
class ExamStatistics:
    """Everything about one version of an exam in some sittings.

    Attributes:
        counted: Results that are complete.
        waiting: Results that wait for a grader or a job; they are not in any figure.
    """

    counted: int
    waiting: int
    scores: ScoreFigures | None
    questions: Mapping[int, QuestionFigures]
    reliability: Reliability


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The scores of one sitting."""

    sitting_id: int
    counted: int
    waiting: int
    scores: ScoreFigures | None


def exam_statistics(exam_id: int, sitting_ids: Collection[int]) -> ExamStatistics:
    """Return the statistics of some sittings of one exam version.

    Two queries to see whether anything has changed since they were last computed in this process;
    if so three more, over all results: about 0.1 ms for each attempt of twenty questions.

    Raises:
        ExamNotApproved: The exam has no frozen content.
    """
    wanted = frozenset(sitting_ids)
    aside = set_aside(wanted)
    return _computed(exam_id, wanted, aside, _fingerprint(wanted, aside))


def forget() -> None:
    """Compute everything anew when it is asked for next, as in a fresh process."""
    _computed.cache_clear()


def _fingerprint(sitting_ids: frozenset[int], aside: frozenset[int]) -> tuple[int, int]:
    """Return what changes whenever a result of the sittings does.

    Every writer of marks stores the outcome in the result's row as well, and each write of a row
    gives it another `xmin`. A time would not do: a transaction may commit after a later one.
    """
    seen = _all_results(sitting_ids, aside).aggregate(
        count=Count("pk"),
        rows=Sum(
            Func(
                F("pk"),
                template="hashtextextended(%(expressions)s || ':' || exams_result.xmin, 0)::numeric",
                output_field=DecimalField(max_digits=40, decimal_places=0),
            )
        ),
    )
    return int(seen["count"]), int(seen["rows"] or 0)


@lru_cache(maxsize=16)
def _computed(
    exam_id: int,
    sitting_ids: frozenset[int],
    aside: frozenset[int],
    fingerprint: tuple[int, int],
) -> ExamStatistics:
    content = exam_content(exam_id)
    table, scores, verdicts = PointTable(), list[Fraction](), list[bool]()
    reader = _Reader(table, content.question_map())
    for row in _rows(sitting_ids, aside):
        reader.add(row)
        if row.score is not None:
            scores.append(row.score)
        if row.passed is not None:
            verdicts.append(row.passed)
    analysis: Analysis = analyse(table)
    return ExamStatistics(
        counted=table.height,
        waiting=fingerprint[0] - table.height,
        scores=figures_of(scores, passed=verdicts.count(True), failed=verdicts.count(False)),
        questions=analysis.questions,
        reliability=analysis.reliability,
    )


def exam_content(exam_id: int) -> ExamContent:
    """Return the frozen content of an exam.

    Raises:
        ExamNotApproved: It has none.
    """
    hashes = Exam.objects.filter(pk=exam_id).values_list("content_hash", flat=True)
    return approved_content(exam_id, next(iter(hashes), ""))


@dataclass(frozen=True, slots=True)
class _Row:
    """One complete result. `marks` are packed: question, points, denominator, possible."""

    score: Fraction | None
    passed: bool | None
    answers: Mapping[str, Mapping[str, object]]
    late: Mapping[int, Given]
    marks: list[str]


def _rows(sitting_ids: frozenset[int], aside: frozenset[int]) -> Iterator[_Row]:
    packed = (
        Mark.objects.filter(result=OuterRef("pk"))
        .order_by("question_id")
        .values(
            packed=Func(
                Value(" "),
                "question_id",
                "points_num",
                "points_den",
                "possible",
                function="CONCAT_WS",
                output_field=CharField(),
            )
        )
    )
    accepted = accepted_in(sitting_ids)
    scores: dict[object, Fraction | None] = {}
    for attempt, passed, answers, marks, *points in (
        _results(sitting_ids, aside)
        .annotate(packed=ArraySubquery(packed))
        .values_list("attempt_id", "passed", "attempt__submission__answers", "packed", *_POINTS)
        .iterator(chunk_size=_CHUNK)
    ):
        key = tuple(points)
        if key not in scores:
            scores[key] = _percent(*key)
        yield _Row(scores[key], passed, answers, accepted.get(attempt, {}), marks)


_POINTS: Final = ("points_num", "points_den", "possible_num", "possible_den")


def _results(sitting_ids: Collection[int], aside: Collection[int]) -> QuerySet[Result]:
    return _all_results(sitting_ids, aside).filter(_GRADED).order_by("pk")


def _all_results(sitting_ids: Collection[int], aside: Collection[int]) -> QuerySet[Result]:
    found = Result.objects.filter(attempt__sitting_id__in=sitting_ids)
    return found.exclude(attempt_id__in=aside) if aside else found


def _percent(points: Any, points_of: Any, possible: Any, possible_of: Any) -> Fraction | None:  # noqa: ANN401 numbers of the database
    if not possible:
        return None
    return Fraction(100 * int(points) * int(possible_of), int(points_of) * int(possible))


class _Reader:
    """Fills the table; each distinct mark and each distinct answer is looked at once."""

    def __init__(self, table: PointTable, questions: Mapping[int, QuestionContent]) -> None:
        self.table, self.questions = table, questions
        self._marks: dict[str, tuple[int, int]] = {}

    def add(self, row: _Row) -> None:
        """Add one attempt."""
        cells = []
        for packed in row.marks:
            question, worth = self._marks.get(packed) or self._learn(packed)
            given = row.answers.get(str(question))
            value = given["value"] if given else None
            if question in row.late:
                value = row.late[question].value
            cells.append((question, worth, self._answer(question, value)))
        self.table.add_row(cells)

    def _learn(self, packed: str) -> tuple[int, int]:
        question, points, whole, possible = packed.split(" ")
        worth = self.table.worth(Fraction(int(points), int(whole)), Fraction(possible))
        self._marks[packed] = int(question), worth
        return self._marks[packed]

    def _answer(self, question_id: int, value: object) -> int:
        if is_empty(value):
            return NOTHING
        question, column = self.questions[question_id], self.table.column(question_id)
        identity = _GIVEN if question.kind in PERSON_KINDS else identity_of(value)
        code = column.code_of(identity)
        if code is None:
            return column.learn(identity, parts_of(question, value))
        return code


def group_figures(sitting_ids: Collection[int]) -> dict[int, GroupFigures]:
    """Return the scores of each sitting by its id, to compare groups. Three queries."""
    aside = set_aside(sitting_ids)
    scores: dict[int, list[Fraction]] = {one: [] for one in sitting_ids}
    verdicts: dict[int, list[bool | None]] = {one: [] for one in sitting_ids}
    rows = _results(sitting_ids, aside).values_list("attempt__sitting_id", "passed", *_POINTS)
    for sitting, passed, *points in rows.iterator(chunk_size=_CHUNK):
        percent = _percent(*points)
        verdicts[sitting].append(passed)
        if percent is not None:
            scores[sitting].append(percent)
    totals = dict(
        _all_results(sitting_ids, aside)
        .values("attempt__sitting_id")
        .annotate(results=Count("pk"))
        .values_list("attempt__sitting_id", "results")
    )
    return {
        one: GroupFigures(
            sitting_id=one,
            counted=len(verdicts[one]),
            waiting=totals.get(one, 0) - len(verdicts[one]),
            scores=figures_of(
                scores[one],
                passed=verdicts[one].count(True),
                failed=verdicts[one].count(False),
            ),
        )
        for one in sitting_ids
    }
