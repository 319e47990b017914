"""What a preview shows is what is applied, whatever is corrected; and what grading gives after it."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from exams.domain.corrections import Correction, KeyValue, Remedy
from exams.domain.regrade import LateAccept, NewPoints
from exams.models import Answer, AnswerRevision, Attempt, RegradeChange, RegradeRun, Result
from exams.selectors.attempts import attempt_of
from exams.selectors.regrades import regrade_view
from exams.services import attempts, grading, handmarks, regrade, regrade_preview
from exams.services.handmarks import HandMark
from exams.services.regrade_apply import apply_regrade
from exams.services.regrade_preview import CHUNK, compute_preview
from exams.tests.conftest import Cast, Taking, begin, close
from exams.tests.test_services_grading import graded, handed_in, right_choice
from exams.tests.test_services_regrade import opened, previewed, second, standing

# Which of the four questions, and what holds for it; the fourth is an essay.
VALUES = {
    0: [],
    1: ["424242", "0"],
    2: ["canary-key-char", "word"],
}


@st.composite
def corrections(draw: st.DrawFn) -> tuple[int, Correction | None]:
    place = draw(st.integers(0, 3))
    remedies = [Remedy.POINTS, Remedy.VOID, Remedy.FULL, None]
    remedy = draw(st.sampled_from([*remedies, Remedy.KEY] if place in {1, 2} else remedies))
    if remedy is None:
        return place, None
    points = draw(st.sampled_from([None, Decimal("0.3"), Decimal(3), Decimal(7)]))
    if remedy is Remedy.POINTS:
        points = points or Decimal(2)
    keys = [KeyValue(text=text) for text in VALUES.get(place, [])] if remedy is Remedy.KEY else []
    return place, Correction(remedy=remedy, values=tuple(keys), points=points)


PROPOSALS = st.lists(
    st.tuples(
        st.lists(corrections(), min_size=1, max_size=3),
        st.booleans(),
        st.sampled_from([None, Decimal(0), Decimal("0.2"), Decimal(1)]),
    ),
    min_size=1,
    max_size=3,
)


def both(cast: Cast) -> Taking:
    """Ana and Ben have handed in and are graded; Ana's essay is read, one answer of hers is held."""
    taken = begin(cast)
    handed_in(taken, right_choice(taken), "0", "word", "An essay.")
    graded(taken)
    essay = HandMark(taken.questions[3], Decimal("0.5"))
    handmarks.mark_answer(taken.attempt_id, essay, actor_id=cast.grader.pk)
    ben = attempt_of(taken.sitting_id, cast.ben.pk)
    Attempt.objects.filter(pk=ben).update(state="running", started_at="2020-01-01T00:00Z")
    Answer.objects.create(attempt_id=ben, question_id=taken.questions[1], seq=1, value="424242")
    attempts.force_submit(ben, actor_id=cast.ivo.pk, reason="Test")
    grading.grade_attempt(ben)
    AnswerRevision.objects.create(
        attempt_id=taken.attempt_id,
        question_id=taken.questions[1],
        seq=9,
        value="424242",
        late=True,
        held_for="ended",
    )
    close(taken)
    return taken


def facts_of(change: RegradeChange) -> tuple[Any, ...]:
    return (
        Fraction(int(change.points_num), int(change.points_den)),
        Fraction(int(change.possible_num), int(change.possible_den)),
        change.score,
        change.passed,
    )


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(proposals=PROPOSALS)
def test_the_preview_is_what_is_applied_and_what_grading_gives(
    cast: Cast, proposals: list[tuple[list[tuple[int, Correction | None]], bool, Decimal | None]]
) -> None:
    with transaction.atomic():
        try_proposals(cast, proposals)
        transaction.set_rollback(True)


def try_proposals(
    cast: Cast, proposals: list[tuple[list[tuple[int, Correction | None]], bool, Decimal | None]]
) -> None:
    taken = both(cast)
    held = AnswerRevision.objects.get(attempt_id=taken.attempt_id, late=True)
    for parts, late, points in proposals:
        run_id, grader = opened(taken), cast.grader.pk
        for place, correction in parts:
            regrade.correct_question(run_id, taken.questions[place], correction, actor_id=grader)
        if late:
            accept = LateAccept(
                attempt=taken.attempt_id, question=held.question_id, revision=held.pk
            )
            regrade.propose_late(run_id, [accept], actor_id=grader)
        row = Result.objects.get(attempt_id=taken.attempt_id).marks.get(
            question_id=taken.questions[3]
        )
        if points is not None and points <= row.possible:
            given_points = NewPoints(
                attempt=taken.attempt_id, question=taken.questions[3], points=points
            )
            regrade.propose_points(run_id, given_points, actor_id=grader)
        previewed(run_id, grader)
        expected = {
            change.result.attempt_id: facts_of(change)
            for change in RegradeChange.objects.filter(run_id=run_id).select_related("result")
        }
        regrade.approve_regrade(run_id, actor_id=second(taken))
        apply_regrade(run_id)
        for attempt_id, facts in expected.items():
            applied = standing(attempt_id)
            assert applied[:4] == facts
            grading.grade_attempt(attempt_id)
            assert standing(attempt_id) == applied


def test_a_killed_worker_leaves_whole_chunks_and_the_next_one_goes_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CHUNK > 1
    monkeypatch.setattr("exams.services.regrade_preview.CHUNK", 1)
    taken = both(cast)
    run_id, grader = opened(taken), cast.grader.pk
    void = Correction(remedy=Remedy.VOID)
    regrade.correct_question(run_id, taken.questions[0], void, actor_id=grader)
    regrade.ask_preview(run_id, actor_id=grader)
    real, calls = regrade_preview._change_of, []

    def dies_at_the_second(*args: Any) -> RegradeChange:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr("exams.services.regrade_preview._change_of", dies_at_the_second)
    edition = RegradeRun.objects.get(pk=run_id).edition
    with pytest.raises(KeyboardInterrupt):
        compute_preview(run_id, edition)
    assert regrade_view(run_id).done == 1
    compute_preview(run_id, edition)
    view = regrade_view(run_id)
    assert (view.done, view.total, view.state) == (2, 2, "previewed")
