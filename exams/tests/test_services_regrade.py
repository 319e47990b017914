"""A regrade: proposed by one, previewed from the marks as they are, approved by another, applied."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from exams.domain.corrections import Correction, KeyValue, Remedy
from exams.domain.regrade import LateAccept, NewPoints, RegradeAction, RegradeState
from exams.domain.states import ResultState
from exams.errors import (
    MarkInvalid,
    ReasonNeeded,
    RegradeInvalid,
    RegradeStale,
    RegradeUnderWay,
    RegradeUnknown,
    ResultUnknown,
    SecondPersonNeeded,
    SittingUnknown,
    StillGrading,
)
from exams.models import (
    AnswerRevision,
    KeyCorrection,
    Mark,
    MarkChange,
    RegradeRun,
    Result,
    ResultVersion,
)
from exams.selectors.regrades import changes_of, changes_of_result, regrade_view
from exams.services import grading, handmarks, regrade
from exams.services.handmarks import HandMark
from exams.services.regrade_apply import apply_regrade
from exams.services.regrade_preview import compute_preview
from exams.tests.conftest import Taking, begin, close, release
from exams.tests.test_domain_regrade import REGRADE_MOVES
from exams.tests.test_queries_races import own_connection
from exams.tests.test_services_grading import graded, handed_in
from kernel.machine import IllegalMove
from kernel.models import AuditEntry, OutboxEntry
from kernel.tests.machines import disagreements, moves_of_row


@pytest.fixture
def over(running: Taking) -> Taking:
    """Ana answered one of three by machine right, an essay got nothing; the results are out: 20 %."""
    handed_in(running, None, "424242", "another word", "An essay.")
    graded(running)
    mark = HandMark(running.questions[3], Decimal(0), "Nothing in it")
    handmarks.mark_answer(running.attempt_id, mark, actor_id=running.cast.grader.pk)
    release(running)
    return running


def second(taken: Taking) -> int:
    return taken.cast.admin.pk


def opened(taken: Taking, reason: str = "The key was wrong") -> int:
    return regrade.open_regrade(taken.sitting_id, reason=reason, actor_id=taken.cast.grader.pk)


def previewed(run_id: int, actor_id: int) -> RegradeRun:
    regrade.ask_preview(run_id, actor_id=actor_id)
    compute_preview(run_id, RegradeRun.objects.get(pk=run_id).edition)
    return RegradeRun.objects.get(pk=run_id)


def char_key(*words: str) -> Correction:
    return Correction(remedy=Remedy.KEY, values=tuple(KeyValue(text=word) for word in words))


def standing(attempt_id: int) -> tuple[Any, ...]:
    result = Result.objects.get(attempt_id=attempt_id)
    rows = result.marks.order_by("question_id")
    names = ("question_id", "points_num", "points_den", "possible", "correct", "needs_person")
    return (
        Fraction(int(result.points_num), int(result.points_den)),
        Fraction(int(result.possible_num), int(result.possible_den)),
        result.score,
        result.passed,
        list(rows.values_list(*names)),
    )


def test_a_released_result_changes_by_an_approved_regrade_and_says_why(over: Taking) -> None:
    run_id, word = opened(over), over.questions[2]
    grader = over.cast.grader.pk
    assert standing(over.attempt_id)[2:4] == (Decimal("20.00"), False)
    fixed = char_key("canary-key-char", "another word")
    points = Correction(remedy=Remedy.POINTS, points=Decimal(4))
    regrade.correct_question(run_id, word, fixed, actor_id=grader)
    regrade.correct_question(run_id, over.questions[1], points, actor_id=grader)
    assert previewed(run_id, grader).state == RegradeState.PREVIEWED
    (change,) = changes_of(run_id)
    assert (change.score_before, change.score_after) == (Decimal("20.00"), Decimal("62.50"))
    assert (change.crossing, change.released) == ("now_passes", True)
    assert standing(over.attempt_id)[2] == Decimal("20.00")
    regrade.approve_regrade(run_id, actor_id=second(over))
    assert OutboxEntry.objects.filter(task="exams.apply_regrade").count() == 1
    apply_regrade(run_id)
    assert standing(over.attempt_id)[:4] == (Fraction(5), Fraction(8), Decimal("62.50"), True)
    assert Result.objects.get(attempt_id=over.attempt_id).state == ResultState.RELEASED
    (told,) = changes_of_result(over.attempt_id)
    assert (told.score_before, told.score_after) == (Decimal("20.00"), Decimal("62.50"))
    assert told.reason == "The key was wrong"
    version = ResultVersion.objects.get()
    assert (version.was_released, version.score) == (True, Decimal("20.00"))
    assert {one["question"] for one in version.marks} == {word, over.questions[1]}
    assert KeyCorrection.objects.get().version == 1
    assert AuditEntry.objects.filter(action="regrade.applied").count() == 1
    (shown,) = changes_of(run_id)
    assert (shown.score_before, shown.score_after) == (Decimal("20.00"), Decimal("62.50"))
    assert regrade_view(run_id).counts.up == 1


def test_applying_twice_changes_nothing_more(over: Taking) -> None:
    run_id, grader = opened(over), over.cast.grader.pk
    everybody = Correction(remedy=Remedy.FULL)
    regrade.correct_question(run_id, over.questions[0], everybody, actor_id=grader)
    previewed(run_id, grader)
    regrade.approve_regrade(run_id, actor_id=second(over))
    apply_regrade(run_id)
    first = standing(over.attempt_id)
    apply_regrade(run_id)
    assert standing(over.attempt_id) == first
    assert ResultVersion.objects.count() == 1


def test_who_wrote_in_a_proposal_never_approves_it(over: Taking) -> None:
    run_id, (grader, admin) = opened(over), (over.cast.grader.pk, over.cast.admin.pk)
    void = Correction(remedy=Remedy.VOID)
    regrade.correct_question(run_id, over.questions[0], void, actor_id=grader)
    regrade.correct_question(run_id, over.questions[2], void, actor_id=admin)
    previewed(run_id, grader)
    for who in (grader, admin):
        with pytest.raises(SecondPersonNeeded):
            regrade.approve_regrade(run_id, actor_id=who)
    regrade.approve_regrade(run_id, actor_id=over.cast.author.pk)


def test_a_mark_that_changed_since_the_preview_stops_the_approval(running: Taking) -> None:
    handed_in(running, None, "1", None, "An essay.")
    graded(running)
    close(running)
    run_id, grader = opened(running), running.cast.grader.pk
    full = Correction(remedy=Remedy.FULL)
    regrade.correct_question(run_id, running.questions[1], full, actor_id=grader)
    previewed(run_id, grader)
    mark = HandMark(running.questions[3], Decimal("0.5"))
    handmarks.mark_answer(running.attempt_id, mark, actor_id=grader)
    assert regrade_view(run_id).is_stale
    with pytest.raises(RegradeStale):
        regrade.approve_regrade(run_id, actor_id=second(running))
    assert previewed(run_id, grader).state == RegradeState.PREVIEWED
    regrade.approve_regrade(run_id, actor_id=second(running))
    handmarks.mark_answer(
        running.attempt_id, HandMark(running.questions[3], Decimal(1)), actor_id=grader
    )
    before = standing(running.attempt_id)
    apply_regrade(run_id)
    run = RegradeRun.objects.get(pk=run_id)
    assert (run.state, run.note) == (RegradeState.DRAFT, "stale")
    assert standing(running.attempt_id) == before
    assert not KeyCorrection.objects.exists()


def test_points_of_people_stay_scaled_to_what_the_question_carries_now(running: Taking) -> None:
    essay = running.questions[3]
    handed_in(running, None, None, None, "An essay.")
    graded(running)
    grader = running.cast.grader.pk
    handmarks.mark_answer(running.attempt_id, HandMark(essay, Decimal("0.75")), actor_id=grader)
    close(running)
    run_id = opened(running)
    more = Correction(remedy=Remedy.POINTS, points=Decimal(2))
    regrade.correct_question(run_id, essay, more, actor_id=grader)
    previewed(run_id, grader)
    regrade.approve_regrade(run_id, actor_id=second(running))
    apply_regrade(run_id)
    row = Mark.objects.get(question_id=essay)
    assert (Fraction(int(row.points_num), int(row.points_den)), row.possible) == (
        Fraction(3, 2),
        Decimal(2),
    )
    assert row.marked_by_id == grader
    before = standing(running.attempt_id)
    grading.grade_attempt(running.attempt_id)
    assert standing(running.attempt_id) == before


def late_of(taken: Taking, place: int, value: Any) -> AnswerRevision:
    return AnswerRevision.objects.create(
        attempt_id=taken.attempt_id,
        question_id=taken.questions[place],
        seq=9,
        value=value,
        late=True,
        held_for="ended",
    )


def test_a_late_answer_counts_after_the_release_by_a_regrade_with_points(over: Taking) -> None:
    run_id, grader, essay = (
        opened(over, "Held by a fault of ours"),
        over.cast.grader.pk,
        over.questions[3],
    )
    held = late_of(over, 3, "A better essay.")
    accept = LateAccept(attempt=over.attempt_id, question=essay, revision=held.pk)
    regrade.propose_late(run_id, [accept], actor_id=grader)
    previewed(run_id, grader)
    with pytest.raises(RegradeInvalid) as refusal:
        regrade.approve_regrade(run_id, actor_id=second(over))
    assert refusal.value.data == {"fault": "incomplete"}
    points = NewPoints(attempt=over.attempt_id, question=essay, points=Decimal(1), comment="Good")
    regrade.propose_points(run_id, points, actor_id=grader)
    assert previewed(run_id, grader).state == RegradeState.PREVIEWED
    regrade.approve_regrade(run_id, actor_id=second(over))
    apply_regrade(run_id)
    held.refresh_from_db()
    assert held.decision == "accepted"
    assert standing(over.attempt_id)[2] == Decimal("40.00")
    row = Mark.objects.get(question_id=essay)
    assert (row.comment, row.marked_by_id) == ("Good", grader)
    assert list(MarkChange.objects.values_list("act", flat=True)) == [
        "given",
        "dropped",
        "regraded",
    ]


def test_a_correction_can_be_taken_back(over: Taking) -> None:
    before, grader = standing(over.attempt_id), over.cast.grader.pk
    for correction in (Correction(remedy=Remedy.VOID), None):
        run_id = opened(over)
        for question in over.questions:
            regrade.correct_question(run_id, question, correction, actor_id=grader)
        previewed(run_id, grader)
        regrade.approve_regrade(run_id, actor_id=second(over))
        apply_regrade(run_id)
        if correction:
            assert standing(over.attempt_id)[1:4] == (Fraction(0), None, None)
    assert standing(over.attempt_id) == before
    assert KeyCorrection.objects.order_by("-version").values_list("document", flat=True)[0] == {}


def test_one_regrade_of_a_sitting_is_under_way_and_it_needs_a_reason(over: Taking) -> None:
    with pytest.raises(ReasonNeeded):
        opened(over, "  ")
    run_id = opened(over)
    with pytest.raises(RegradeUnderWay):
        opened(over)
    with pytest.raises(ReasonNeeded):
        regrade.reject_regrade(run_id, actor_id=second(over), reason="")
    regrade.reject_regrade(run_id, actor_id=second(over), reason="The key was right")
    opened(over)


def test_a_regrade_waits_for_the_end_and_for_the_machine(running: Taking) -> None:
    with pytest.raises(StillGrading):
        opened(running)
    handed_in(running, None, "1")
    close(running)
    run_id, grader = opened(running), running.cast.grader.pk
    with pytest.raises(RegradeInvalid):
        regrade.ask_preview(run_id, actor_id=grader)
    void = Correction(remedy=Remedy.VOID)
    regrade.correct_question(run_id, running.questions[0], void, actor_id=grader)
    with pytest.raises(StillGrading):
        regrade.ask_preview(run_id, actor_id=grader)


def test_what_does_not_fit_is_refused(over: Taking) -> None:
    run_id, grader = opened(over), over.cast.grader.pk
    bad: list[tuple[int, Correction]] = [
        (10**9, Correction(remedy=Remedy.VOID)),
        (over.questions[3], char_key("x")),
        (over.questions[1], char_key("not a number")),
        (over.questions[1], Correction(remedy=Remedy.POINTS)),
        (over.questions[0], Correction(remedy=Remedy.KEY, shares={"1": Decimal(100)})),
    ]
    for question, correction in bad:
        with pytest.raises(RegradeInvalid):
            regrade.correct_question(run_id, question, correction, actor_id=grader)
    stray = LateAccept(attempt=over.attempt_id, question=over.questions[0], revision=10**9)
    with pytest.raises(ResultUnknown):
        regrade.propose_late(run_id, [stray], actor_id=grader)
    points = NewPoints(attempt=over.attempt_id, question=over.questions[0], points=Decimal(3))
    with pytest.raises(MarkInvalid):
        regrade.propose_points(run_id, points, actor_id=grader)
    with pytest.raises(RegradeUnknown):
        regrade.approve_regrade(10**9, actor_id=grader)
    with pytest.raises(SittingUnknown):
        regrade.open_regrade(10**9, reason="x", actor_id=grader)


def test_an_answer_of_another_sitting_is_an_outsider(over: Taking) -> None:
    run_id, grader = opened(over), over.cast.grader.pk
    other = begin(over.cast, exam_id=over.attempt.sitting.exam_id)
    handed_in(other, None, "1")
    held = late_of(other, 1, "424242")
    accept = LateAccept(attempt=other.attempt_id, question=other.questions[1], revision=held.pk)
    with pytest.raises(ResultUnknown):
        regrade.propose_late(run_id, [accept], actor_id=grader)
    points = NewPoints(attempt=other.attempt_id, question=other.questions[1], points=Decimal(1))
    with pytest.raises(ResultUnknown):
        regrade.propose_points(run_id, points, actor_id=grader)


def test_a_part_can_be_dropped_and_the_preview_with_it(over: Taking) -> None:
    run_id, grader = opened(over), over.cast.grader.pk
    void = Correction(remedy=Remedy.VOID)
    regrade.correct_question(run_id, over.questions[0], void, actor_id=grader)
    previewed(run_id, grader)
    regrade.drop_part(run_id, f"key-{over.questions[0]}", actor_id=grader)
    view = regrade_view(run_id)
    assert (view.state, view.is_empty, view.done) == (RegradeState.DRAFT, True, 0)


def test_a_preview_of_an_older_edition_is_not_computed(over: Taking) -> None:
    run_id, grader = opened(over), over.cast.grader.pk
    void = Correction(remedy=Remedy.VOID)
    regrade.correct_question(run_id, over.questions[0], void, actor_id=grader)
    regrade.ask_preview(run_id, actor_id=grader)
    edition = RegradeRun.objects.get(pk=run_id).edition
    regrade.correct_question(run_id, over.questions[1], void, actor_id=grader)
    compute_preview(run_id, edition)
    assert regrade_view(run_id).done == 0
    assert regrade_view(run_id).state == RegradeState.DRAFT


def test_a_regrade_moves_as_specified_and_not_otherwise(over: Taking) -> None:
    run_id, grader = opened(over), over.cast.grader.pk
    void = Correction(remedy=Remedy.VOID)
    regrade.correct_question(run_id, over.questions[0], void, actor_id=grader)
    previewed(run_id, grader)
    rows = RegradeRun.objects.filter(pk=run_id)

    def act(action: RegradeAction) -> bool:
        run = RegradeRun.objects.get(pk=run_id)
        try:
            regrade.move_run(run, action, {})
        except IllegalMove:
            return False
        return True

    assert disagreements(moves_of_row(rows, act), REGRADE_MOVES) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_approve_at_once_one_does(over: Taking) -> None:
    run_id, grader = opened(over), over.cast.grader.pk
    void = Correction(remedy=Remedy.VOID)
    regrade.correct_question(run_id, over.questions[0], void, actor_id=grader)
    previewed(run_id, grader)

    def approve(actor_id: int) -> bool:
        with own_connection():
            try:
                regrade.approve_regrade(run_id, actor_id=actor_id)
            except IllegalMove:
                return False
            return True

    people = [over.cast.admin.pk, over.cast.author.pk, over.cast.ivo.pk]
    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(approve, people)) == [False, False, True]
    assert OutboxEntry.objects.filter(task="exams.apply_regrade").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_approved_regrade_applied_by_two_workers_is_applied_once(over: Taking) -> None:
    run_id, grader = opened(over), over.cast.grader.pk
    everybody = Correction(remedy=Remedy.FULL)
    regrade.correct_question(run_id, over.questions[0], everybody, actor_id=grader)
    previewed(run_id, grader)
    regrade.approve_regrade(run_id, actor_id=second(over))

    def apply(_worker: int) -> None:
        with own_connection():
            apply_regrade(run_id)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(apply, range(3)))
    assert ResultVersion.objects.count() == 1
    assert RegradeRun.objects.get(pk=run_id).state == RegradeState.APPLIED
