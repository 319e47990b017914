"""What an exam still needs before it can go to review: computed, never ticked by hand.

What blocks is decided in exams/domain/completeness.py; the hints are made here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _, ngettext

from exams.domain.completeness import Gap, Section, gaps_of
from exams.domain.paths import PathFinding
from exams.domain.states import ExamState
from exams.selectors.draft_findings import NOTHING, DraftFindings
from exams.selectors.exams import ExamView, PoolView
from exams.texts_flaws import IMAGE_FLAWS, WAY_FLAWS
from web.templatetags.web import digits, listed

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist.

    Attributes:
        blocks: Whether the exam cannot go to review while it is not met.
    """

    label: "Text"
    met: bool
    detail: "Text" = ""
    blocks: bool = True


def checklist_of(
    exam: ExamView,
    pools: Sequence[PoolView],
    ways: Sequence[PathFinding] = (),
    draft: DraftFindings = NOTHING,
) -> list[Check]:
    """Return every check of an exam, in the order an author works.

    Args:
        exam: Its header.
        pools: Its sections.
        ways: What exams.domain.paths finds wrong with the ways through it.
        draft: What is wrong inside its questions.
    """
    return [
        *_content(pools),
        *_questions(draft),
        *_draws(pools),
        *_ways(ways),
        *_people(exam),
    ]


def is_complete(checks: Sequence[Check]) -> bool:
    """Whether nothing that blocks is open."""
    return all(check.met for check in checks if check.blocks)


def _content(pools: Sequence[PoolView]) -> Iterator[Check]:
    count = sum(len(pool.questions) for pool in pools)
    has_questions = not list(_named(pools, Gap.NO_QUESTIONS))
    said = ngettext("%(count)s question", "%(count)s questions", count) % {"count": digits(count)}
    yield Check(
        _("Has questions"), has_questions, said if count else _("Add or import the first one.")
    )
    empty = [pool.name for pool in pools if not pool.questions]
    yield Check(_("No section is empty"), not empty, listed(empty), blocks=False)
    points = sum((pool.points for pool in pools), Decimal(0))
    yield Check(
        _("Has points to reach"),
        points > 0,
        "" if points else _("Without points it is a survey: nobody passes or fails."),
        blocks=False,
    )
    unkeyed = [one.name for pool in pools for one in pool.questions if one.lacks_key]
    yield Check(
        _("Every question with points can be graded"),
        not unkeyed,
        _("Without an answer to compare with, nobody gets their points: %(names)s")
        % {"names": listed(unkeyed)}
        if unkeyed
        else "",
        blocks=False,
    )


def _questions(draft: DraftFindings) -> Iterator[Check]:
    yield Check(_("Every question is complete"), not draft.incomplete, listed(draft.incomplete))
    if draft.bad_formulas:
        named = [f"{name}: {formula}" for name, formula in draft.bad_formulas[:5]]
        yield Check(_("Every formula can be drawn"), met=False, detail=listed(named), blocks=False)
    if draft.has_pictures:
        wrong = [f"{IMAGE_FLAWS[one.flaw]}: {one.question_name}" for one in draft.pictures]
        yield Check(_("Every picture is clean and has its words"), not wrong, listed(wrong))


def _draws(pools: Sequence[PoolView]) -> Iterator[Check]:
    drawing = [pool for pool in pools if pool.number_to_answer is not None]
    if not drawing:
        return
    short = list(_named(pools, Gap.DRAWS_MORE_THAN_IT_HAS))
    yield Check(_("Every draw has enough questions"), not short, listed(short))
    fixed = list(_named(pools, Gap.DRAW_NEEDS_RANDOMIZE))
    yield Check(_("Every draw is shuffled"), not fixed, listed(fixed))
    uneven = [
        pool.name for pool in drawing if len({question.points for question in pool.questions}) > 1
    ]
    yield Check(
        _("Drawn questions carry equal points"),
        not uneven,
        listed(uneven),
        blocks=False,
    )


def _ways(wrong: Sequence[PathFinding]) -> Iterator[Check]:
    named = [
        f"{WAY_FLAWS[one.flaw]}: {' / '.join(filter(None, (one.pool_name, one.question_name)))}"
        for one in wrong
    ]
    yield Check(
        _("Every section can be reached, every way leads forward"), not wrong, listed(named)
    )


def _named(pools: Sequence[PoolView], wanted: Gap) -> Iterator[str]:
    """Yield the names of the sections that have this gap; an empty one for the whole exam."""
    sections = [
        Section(
            id=pool.id,
            name=pool.name,
            questions=len(pool.questions),
            drawn=pool.number_to_answer,
            is_shuffled=pool.randomize_questions,
        )
        for pool in pools
    ]
    for gap, section in gaps_of(sections):
        if gap is wanted:
            yield section.name if section else ""


def _people(exam: ExamView) -> Iterator[Check]:
    said = {
        ExamState.DRAFT: _("Comes last: send it to review."),
        ExamState.IN_REVIEW: _("It was sent: now somebody else reads it."),
    }
    approved = exam.state is ExamState.APPROVED
    yield Check(_("Approved by a second person"), approved, said.get(exam.state, ""), blocks=False)
