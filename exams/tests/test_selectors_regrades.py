"""Reads of regrades: stale or not, what is proposed, who is named how."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.corrections import Correction, Remedy
from exams.domain.marking import MarkingRules
from exams.domain.regrade import NewPoints
from exams.errors import RegradeUnknown
from exams.models import Result
from exams.selectors.regrades import (
    changes_of,
    changes_of_result,
    corrections_in_force,
    is_stale,
    names_of,
    regrade_under_way,
    regrade_view,
    regrades_of,
    sitting_of_regrade,
)
from exams.services import regrade
from exams.services.markingplans import set_marking_rules
from exams.services.regrade_apply import apply_regrade
from exams.tests.conftest import Taking, close
from exams.tests.test_services_grading import graded, handed_in
from exams.tests.test_services_regrade import opened, previewed, second


@pytest.fixture
def over(running: Taking) -> Taking:
    graded(handed_in(running, None, "424242"))
    close(running)
    return running


def test_a_preview_is_stale_once_a_result_has_moved(over: Taking) -> None:
    run_id, grader = opened(over), over.cast.grader.pk
    void = Correction(remedy=Remedy.VOID)
    regrade.correct_question(run_id, over.questions[1], void, actor_id=grader)
    previewed(run_id, grader)
    assert not is_stale(run_id, over.sitting_id)
    Result.objects.update(version=99)
    assert is_stale(run_id, over.sitting_id)


def test_a_view_says_what_is_proposed_and_what_it_comes_to(over: Taking) -> None:
    run_id, grader = opened(over), over.cast.grader.pk
    full = Correction(remedy=Remedy.FULL)
    regrade.correct_question(run_id, over.questions[0], full, actor_id=grader)
    points = NewPoints(attempt=over.attempt_id, question=over.questions[2], points=Decimal(1))
    regrade.propose_points(run_id, points, actor_id=grader)
    view = regrade_view(run_id)
    assert [(line.number, line.part) for line in view.corrections] == [
        (1, f"key-{over.questions[0]}")
    ]
    assert [(line.candidate, line.number) for line in view.points] == [("Ana", 3)]
    assert (view.done, view.total, view.is_open, view.is_empty) == (0, 1, True, False)
    previewed(run_id, grader)
    counts = regrade_view(run_id).counts
    assert (counts.changed, counts.up, counts.down, counts.now_passes) == (1, 1, 0, 1)
    assert regrade_under_way(over.sitting_id) == run_id
    (line,) = regrades_of(over.sitting_id)
    assert (line.id, line.state, line.reason) == (run_id, "previewed", "The key was wrong")
    assert (line.done, line.changed, line.now_passes, line.now_fails) == (1, 1, 1, 0)
    regrade.approve_regrade(run_id, actor_id=second(over))
    apply_regrade(run_id)
    assert regrade_under_way(over.sitting_id) is None
    (held,) = corrections_in_force(over.sitting_id)
    assert held.correction == full
    assert changes_of_result(over.attempt_id) == []  # nobody had seen the result before


def test_a_list_of_regrades_costs_one_query_however_many_there_are(over: Taking) -> None:
    first = opened(over)
    regrade.reject_regrade(first, actor_id=second(over), reason="No")
    latest = opened(over)
    with CaptureQueriesContext(connection) as seen:
        lines = regrades_of(over.sitting_id)
    assert [(line.id, line.state, line.done) for line in lines] == [
        (latest, "draft", 0),
        (first, "rejected", 0),
    ]
    assert len(seen) == 1


def test_candidates_are_numbers_while_marked_blind(over: Taking) -> None:
    Result.objects.update(needs_person=True)
    rules = MarkingRules(blind=True)
    set_marking_rules(over.sitting_id, rules, actor_id=over.cast.grader.pk)
    names = names_of(over.sitting_id, {over.attempt_id})
    assert "Ana" not in names.values()
    run_id = opened(over)
    full = Correction(remedy=Remedy.FULL)
    regrade.correct_question(run_id, over.questions[0], full, actor_id=over.cast.grader.pk)
    previewed(run_id, over.cast.grader.pk)
    (change,) = changes_of(run_id)
    assert change.candidate == names[over.attempt_id]


@pytest.mark.django_db
def test_what_does_not_exist_is_unknown() -> None:
    assert changes_of_result(10**9) == []
    for ask in (regrade_view, sitting_of_regrade):
        with pytest.raises(RegradeUnknown):
            ask(10**9)
