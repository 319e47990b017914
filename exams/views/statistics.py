"""Statistics of a sitting for graders: scores, reliability, every question and what was given."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.selectors import class_cards
from exams.domain.analysis import FEWEST_FOR_GROUPS
from exams.domain.doubts import Doubt
from exams.errors import ResultUnknown
from exams.selectors.corrections import corrections_of
from exams.selectors.question_statistics import QuestionLine, part_lines, question_lines
from exams.selectors.sittings import SittingView, sittings_of_exam
from exams.selectors.statistics import (
    ExamStatistics,
    GroupFigures,
    exam_statistics,
    group_figures,
)
from exams.views import charts
from exams.views.staff_access import Staff, rights_of, sitting_for

FEW = 30  # papers below which a figure changes much with each of them
ALL_SITTINGS = "exam"


@dataclass(frozen=True, slots=True)
class Group:
    """One sitting in the comparison, with the name of its class."""

    sitting: SittingView
    name: str
    figures: GroupFigures


@dataclass(frozen=True, slots=True)
class Scope:
    """What a page is about: one sitting, or all of its exam version that the person may grade."""

    sitting: SittingView
    groups: tuple[Group, ...]
    is_whole_exam: bool

    @property
    def sitting_ids(self) -> list[int]:
        """The sittings that are counted."""
        whole = [group.sitting.id for group in self.groups]
        return whole if self.is_whole_exam else [self.sitting.id]

    @property
    def query(self) -> str:
        """What links that stay in this scope end with."""
        return f"?of={ALL_SITTINGS}" if self.is_whole_exam else ""

    def statistics(self) -> ExamStatistics:
        """Return the figures."""
        return exam_statistics(self.sitting.exam_id, self.sitting_ids)

    def lines(self, found: ExamStatistics) -> list[QuestionLine]:
        """Return the questions with their figures; right is what is right in this sitting."""
        return question_lines(self.sitting.exam_id, found, corrections_of(self.sitting.id))


def scope_of(request: HttpRequest, sitting_id: int) -> Scope:
    """Return what is asked for, if the person may grade the sitting.

    Raises:
        SittingUnknown, Forbidden: As `sitting_for`.
    """
    staff, sitting, _rights = sitting_for(request, sitting_id, "grade")
    return Scope(
        sitting=sitting,
        groups=_groups(staff, sitting),
        is_whole_exam=request.GET.get("of") == ALL_SITTINGS,
    )


def _groups(staff: Staff, sitting: SittingView) -> tuple[Group, ...]:
    """Return the sittings of the same exam version that the person may grade, with results."""
    everything = sittings_of_exam(sitting.exam_id)
    rights = rights_of(staff, everything)
    mine = [one for one in everything if rights[one.id].grade]
    names = class_cards(one.class_group_id for one in mine)
    figures = group_figures([one.id for one in mine])
    return tuple(
        Group(one, names[one.class_group_id].name, figures[one.id])
        for one in mine
        if figures[one.id].counted or one.id == sitting.id
    )


@require_safe
@login_required
def statistics(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """Show how the class did and how well each question told candidates apart."""
    scope = scope_of(request, sitting_id)
    found = scope.statistics()
    lines = scope.lines(found)
    context: dict[str, Any] = {
        "scope": scope,
        "sitting": scope.sitting,
        "statistics": found,
        "scores": found.scores,
        "is_few": 0 < found.counted < FEW,
        "lines": lines,
        "scatter": charts.scatter(lines),
        "groups_from": FEWEST_FOR_GROUPS,
        "doubts": list(Doubt),
    }
    return render(request, "exams/staff/statistics.html", context | _drawn(scope, found))


def _drawn(scope: Scope, found: ExamStatistics) -> dict[str, Any]:
    if found.scores is None:
        return {}
    boxes = [
        (f"{one.name} · {one.sitting.title}", one.figures.scores)
        for one in scope.groups
        if one.figures.scores is not None
    ]
    return {
        "histogram": charts.histogram(found.scores.bins),
        "boxes": charts.box_plot(boxes),
        "compared": [one for one in scope.groups if one.figures.scores is not None],
    }


@require_safe
@login_required
def question(request: HttpRequest, sitting_id: int, question_id: int) -> HttpResponse:
    """Show the figures of one question, and what was given to it by whom."""
    scope = scope_of(request, sitting_id)
    lines = scope.lines(scope.statistics())
    place, line = _place_of(lines, question_id)
    parts, others = part_lines(line)
    context = {
        "scope": scope,
        "sitting": scope.sitting,
        "line": line,
        "parts": parts,
        "others": others,
        "chart": charts.part_chart(line, parts) if parts else None,
        "before": lines[place - 1] if place else None,
        "after": lines[place + 1] if place + 1 < len(lines) else None,
        "groups_from": FEWEST_FOR_GROUPS,
        "doubts": list(Doubt),
    }
    return render(request, "exams/staff/question_statistics.html", context)


def _place_of(lines: list[QuestionLine], question_id: int) -> tuple[int, QuestionLine]:
    for place, line in enumerate(lines):
        if line.question.id == question_id:
            return place, line
    raise ResultUnknown(question=question_id)
