"""How the answers of a sitting are marked by people, and the numbers that stand for candidates."""

from exams.domain.marking import AgreementRule, MarkingRules, blind_number
from exams.domain.states import ResultState
from exams.models import Attempt, GivenMark, MarkChange, MarkingPlan, Result


def marking_rules(sitting_id: int) -> MarkingRules:
    """Return how people mark a sitting; by one person, not blind, when nobody said else."""
    plan = MarkingPlan.objects.filter(sitting_id=sitting_id).first()
    if plan is None:
        return MarkingRules()
    return MarkingRules(
        blind=plan.blind,
        second_marker=plan.second_marker,
        tolerance_percent=plan.tolerance_percent,
        agreement=AgreementRule(plan.agreement),
        show_criteria=plan.show_criteria,
    )


def needs_two_markers(sitting_id: int) -> bool:
    """Whether two people mark each answer of a sitting that a person marks. One query."""
    return MarkingPlan.objects.filter(sitting_id=sitting_id, second_marker=True).exists()


def masks_of(sitting_id: int) -> dict[int, str]:
    """Return the number that stands for each candidate, by attempt id, while names are hidden.

    Empty when the sitting is not marked blind, and once nothing of it waits for a person or for
    the machine: then the names are shown.
    """
    plan = MarkingPlan.objects.filter(sitting_id=sitting_id, blind=True).first()
    if plan is None or not _is_open(sitting_id):
        return {}
    attempts = Attempt.objects.filter(sitting_id=sitting_id).values_list("pk", flat=True)
    return {one: blind_number(plan.salt, one) for one in attempts}


def _is_open(sitting_id: int) -> bool:
    """Whether anything of a sitting is still to be handed in, graded or marked."""
    results = Result.objects.filter(attempt__sitting_id=sitting_id)
    unmarked = results.filter(needs_person=True) | results.filter(state=ResultState.GRADING)
    live = Attempt.objects.filter(sitting_id=sitting_id, ended_at=None)
    return unmarked.exists() or live.exists()


def has_begun(sitting_id: int) -> bool:
    """Whether a person has given points in a sitting. At most two queries."""
    given = GivenMark.objects.filter(marking__result__attempt__sitting_id=sitting_id)
    changed = MarkChange.objects.filter(result__attempt__sitting_id=sitting_id)
    return given.exists() or changed.exists()
