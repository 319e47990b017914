"""A regrade against its specification, and what its proposal holds."""

from decimal import Decimal
from typing import Final

import pytest

from exams.domain import regrade as regrades
from exams.domain.corrections import Correction, Remedy
from exams.domain.regrade import (
    REGRADE,
    Crossing,
    LateAccept,
    NewPoints,
    Proposal,
    RegradeAction,
    RegradeState,
    Standing,
    crossing_of,
)
from kernel.tests.machines import differences, unnoticed

# Written freely while a draft; what is previewed is approved or rejected as it is, or a draft
# again. An approved one is applied, or given back because marks have changed under it.
REGRADE_MOVES: Final = {
    (RegradeState.DRAFT, RegradeAction.CHANGE): RegradeState.DRAFT,
    (RegradeState.DRAFT, RegradeAction.PREVIEW): RegradeState.PREVIEWED,
    (RegradeState.DRAFT, RegradeAction.REJECT): RegradeState.REJECTED,
    (RegradeState.PREVIEWED, RegradeAction.CHANGE): RegradeState.DRAFT,
    (RegradeState.PREVIEWED, RegradeAction.APPROVE): RegradeState.APPROVED,
    (RegradeState.PREVIEWED, RegradeAction.REJECT): RegradeState.REJECTED,
    (RegradeState.APPROVED, RegradeAction.CHANGE): RegradeState.DRAFT,
    (RegradeState.APPROVED, RegradeAction.APPLY): RegradeState.APPLIED,
}


def test_a_regrade_is_as_specified_and_no_mutant_escapes() -> None:
    assert differences(REGRADE, RegradeState.DRAFT, REGRADE_MOVES) == []
    assert unnoticed(REGRADE, RegradeState.DRAFT, REGRADE_MOVES) == []


def test_a_proposal_survives_its_stored_form_and_loses_a_part_by_its_name() -> None:
    proposal = (
        Proposal()
        .with_correction(3, Correction(remedy=Remedy.VOID))
        .with_correction(4, None)
        .with_late(LateAccept(attempt=1, question=2, revision=3))
        .with_late(LateAccept(attempt=1, question=2, revision=4))
        .with_points(NewPoints(attempt=1, question=2, points=Decimal("0.5")))
    )
    assert regrades.from_json(regrades.to_json(proposal)) == proposal
    assert proposal.parts() == ["key-3", "key-4", "late-4", "points-1-2"]
    for part in proposal.parts():
        assert part not in proposal.without(part).parts()
        assert len(proposal.without(part).parts()) == 3
    empty = proposal
    for part in proposal.parts():
        empty = empty.without(part)
    assert empty.is_empty
    assert not proposal.is_empty


@pytest.mark.parametrize(
    ("passed", "crossing"),
    [
        ((False, True), Crossing.NOW_PASSES),
        ((None, True), Crossing.NOW_PASSES),
        ((True, False), Crossing.NOW_FAILS),
        ((None, False), Crossing.NOW_FAILS),
        ((True, True), Crossing.NONE),
        ((False, False), Crossing.NONE),
        ((True, None), Crossing.NONE),
        ((None, None), Crossing.NONE),
    ],
)
def test_who_crosses_the_pass_mark(
    passed: tuple[bool | None, bool | None], crossing: Crossing
) -> None:
    before, after = (Standing(None, one) for one in passed)
    assert crossing_of(before, after) is crossing
