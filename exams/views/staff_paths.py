"""The ways through an exam for its author: a picture with its table, and a walk as a student."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from exams import texts_flaws
from exams.domain.graph import picture_of
from exams.domain.numbers import plain
from exams.domain.paths import EdgeKind, PathEdge, PathReport
from exams.domain.scoring import Outcome, shown
from exams.selectors.paths import path_report
from exams.selectors.walks import Leg, Stop, walk_exam
from exams.views.staff_access import exam_for
from exams.wire import MAX_SAVE_BYTES, AnswerValue
from kernel import wire
from web.templatetags.web import digits

MOST_PATHS = 10**9  # beyond these the number says nothing


class WalkStep(wire.Message, frozen=True):
    """What the walk asks for: this draw, with these answers, after so many closed pages."""

    seed: Annotated[str, msgspec.Meta(max_length=20)]
    closed: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    answers: Annotated[dict[str, AnswerValue], msgspec.Meta(max_length=2_000)]


@require_safe
@login_required
def paths(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Draw the sections and the ways between them, and say the same in a table."""
    _staff, exam = exam_for(request, exam_id)
    report = path_report(exam_id)
    context = {
        "exam": exam,
        "report": report,
        "picture": picture_of(report.nodes, report.edges, mirrored=translation.get_language_bidi()),
        "rows": [(node, _ways_from(report, node.id)) for node in report.nodes],
        "flaws": [(one, texts_flaws.WAY_FLAWS[one.flaw]) for one in report.findings],
        "flawed": {one.pool_id for one in report.findings},
        "count": digits(str(report.paths)) if report.paths < MOST_PATHS else _("more than 10⁹"),
        "most_points": shown(report.most_points),
        "least_possible": shown(report.least_possible),
        "best_score": None if report.best_score is None else shown(report.best_score),
    }
    return render(request, "exams/staff/paths.html", context)


def _ways_from(report: PathReport, pool_id: int) -> list[str]:
    names = {node.id: node.name for node in report.nodes}
    return [_way(edge, names) for edge in report.edges if edge.source == pool_id]


def _way(edge: PathEdge, names: dict[int, str]) -> str:
    to = _quoted(None if edge.target is None else names[edge.target])
    match edge.kind:
        case EdgeKind.ORDER:
            return _("otherwise %(to)s") % {"to": to}
        case EdgeKind.POOL:
            return _("otherwise, as the section says, %(to)s") % {"to": to}
        case EdgeKind.ANSWER:
            said = _("by “%(answer)s” to “%(question)s”: %(to)s")
            if edge.leaves_at_once:
                said = _("by “%(answer)s” to “%(question)s”, at once: %(to)s")
            return said % {"answer": edge.choice, "question": edge.question, "to": to}


@require_safe
@login_required
def walk(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Open the walk as a student; `?seed=` draws another paper."""
    _staff, exam = exam_for(request, exam_id)
    seed = request.GET.get("seed", "1")[:20]
    context = {
        "exam": exam,
        "seed": seed,
        "props": {"seed": seed, "url": reverse("exams:walk_step", args=[exam_id])},
    }
    return render(request, "exams/staff/walk.html", context)


@require_POST
@login_required
def walk_step(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Answer with the open page and the way so far; nothing is stored."""
    exam_for(request, exam_id)
    step = wire.decode(request.body, WalkStep, max_bytes=MAX_SAVE_BYTES)
    given = {int(key): value for key, value in step.answers.items() if key.isdecimal()}
    stop = walk_exam(exam_id, seed=step.seed, given=given, closed=step.closed)
    return JsonResponse(_body(stop))


def _body(stop: Stop) -> dict[str, object]:
    answered, asked = stop.answered
    return {
        "questions": msgspec.to_builtins(stop.questions),
        "closed": stop.closed,
        "trail": [line for leg in stop.legs for line in _lines(leg)],
        "end": [] if stop.outcome is None else [*_end(stop.outcome), _answered(answered, asked)],
    }


def _quoted(section: str | None) -> str:
    """Return how a section is called in a sentence; None is the end."""
    return _("the end of the exam") if section is None else _("“%(name)s”") % {"name": section}


def _lines(leg: Leg) -> Sequence[str]:
    """Return what is said of one section that was left: why, and what followed."""
    following = _quoted(leg.following)
    names = {
        "pool": leg.pool,
        "following": following,
        "question": leg.question,
        "answer": leg.answer,
    }
    lines = []
    if leg.left_at:
        said = _("“%(pool)s” ended at once by the answer to “%(question)s”.")
        lines.append(said % {"pool": leg.pool, "question": leg.left_at})
    if leg.question:
        lines.append(_("“%(pool)s” → %(following)s, by “%(answer)s” to “%(question)s”") % names)
    elif leg.by_section:
        lines.append(_("“%(pool)s” → %(following)s, as the section says") % names)
    else:
        lines.append(_("“%(pool)s” → %(following)s, in order") % names)
    return lines


def _end(outcome: Outcome) -> Sequence[str]:
    if outcome.needs_person:
        return [_("Some answers wait for a person.")]
    if outcome.score is None:
        return [_("Nothing on this way is marked: neither passed nor failed.")]
    points = _("%(points)s of %(possible)s points") % {
        "points": digits(plain(shown(outcome.points))),
        "possible": digits(plain(shown(outcome.possible))),
    }
    return [points, _("Passed") if outcome.passed else _("Not passed")]


def _answered(answered: int, asked: int) -> str:
    said = ngettext("%(n)s question was asked", "%(n)s questions were asked", asked)
    return f"{said % {'n': digits(asked)}}, {_('answered: %(n)s') % {'n': digits(answered)}}"
