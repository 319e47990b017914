"""Answers that came too late: kept, decided by a person, and only then part of the result."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from exams.domain.answer import Fault, QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.late import LateAction, LateState
from exams.domain.regrade import LateAccept
from exams.errors import ReasonNeeded, ResultFinal, ResultUnknown, StillGrading
from exams.models import Answer, AnswerRevision, RegradeRun, Result, Submission
from exams.selectors import late as selectors
from exams.selectors.results import marked_paper, released_paper, results_of_sitting
from exams.services import attempts, grading, handmarks, late, regrade
from exams.services.handmarks import HandMark
from exams.services.regrade_apply import apply_regrade
from exams.services.regrade_preview import compute_preview
from exams.tests.conftest import Cast, Taking, approved_exam, begin, close, release
from exams.tests.pages import client_of, page_of
from exams.tests.test_domain_late import LATE_MOVES
from kernel.errors import DomainError
from kernel.machine import IllegalMove
from kernel.models import AuditEntry
from kernel.tests.machines import disagreements


@pytest.fixture
def handed_in(running: Taking) -> Taking:
    """Ana handed in a wrong number; the right one and a third came after the end."""
    number = running.questions[1]
    Answer.objects.create(attempt_id=running.attempt_id, question_id=number, seq=1, value="1")
    attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Test")
    for seq, value in ((2, "424242"), (3, "7")):
        hold(running, number, seq, value)
    grading.grade_attempt(running.attempt_id)
    return running


def hold(taken: Taking, question: int, seq: int, value: object, **more: object) -> None:
    AnswerRevision.objects.create(
        attempt_id=taken.attempt_id,
        question_id=question,
        seq=seq,
        value=value,
        late=True,
        held_for="ended",
        **more,
    )


def held(taken: Taking, seq: int = 2) -> int:
    return AnswerRevision.objects.get(attempt_id=taken.attempt_id, seq=seq, late=True).pk


def points(taken: Taking) -> Decimal:
    return Result.objects.get(attempt_id=taken.attempt_id).points_num


def accept(taken: Taking, seq: int = 2) -> None:
    late.accept_late_answer(
        taken.attempt_id, taken.questions[1], held(taken, seq), actor_id=taken.cast.grader.pk
    )


def reject(taken: Taking, reason: str = "Handed in by then") -> None:
    late.reject_late_answers(
        taken.attempt_id, taken.questions[1], actor_id=taken.cast.grader.pk, reason=reason
    )


def test_an_accepted_answer_counts_and_what_was_handed_in_stays(handed_in: Taking) -> None:
    before = Submission.objects.values("answers", "digest").get()
    assert points(handed_in) == 0
    accept(handed_in)
    assert points(handed_in) == 1
    assert Submission.objects.values("answers", "digest").get() == before
    states = [
        one.state for one in selectors.late_answers(handed_in.attempt_id)[handed_in.questions[1]]
    ]
    assert states == [LateState.ACCEPTED, LateState.REJECTED]
    entry = AuditEntry.objects.get(action="late.accepted")
    assert (entry.actor_id, entry.data) == (
        handed_in.cast.grader.pk,
        {"question": handed_in.questions[1], "seq": 2},
    )
    answer = marked_paper(handed_in.attempt_id).answers[1]
    assert (answer.given_html, answer.came_late) == (("424242",), True)


def test_a_rejection_needs_a_reason_and_changes_no_points(handed_in: Taking) -> None:
    with pytest.raises(ReasonNeeded):
        reject(handed_in, " ")
    reject(handed_in)
    assert points(handed_in) == 0
    rows = AnswerRevision.objects.filter(late=True)
    assert set(rows.values_list("decision", "decision_reason", "decided_by_id")) == {
        ("rejected", "Handed in by then", handed_in.cast.grader.pk)
    }
    assert AuditEntry.objects.get(action="late.rejected").reason == "Handed in by then"
    with pytest.raises(ResultUnknown):
        reject(handed_in)


def test_a_grader_may_change_their_mind_until_the_release(handed_in: Taking) -> None:
    accept(handed_in)
    with pytest.raises(IllegalMove):
        accept(handed_in)
    accept(handed_in, seq=3)
    assert points(handed_in) == 0
    accept(handed_in)
    reject(handed_in)
    assert points(handed_in) == 0
    assert selectors.accepted_answers(handed_in.attempt_id) == {}


def test_the_row_of_a_held_answer_moves_as_specified_and_not_otherwise(handed_in: Taking) -> None:
    AnswerRevision.objects.filter(late=True, seq=3).delete()
    rows = AnswerRevision.objects.filter(late=True)

    def ask(state: LateState, action: LateAction) -> LateState | None:
        rows.update(decision=state)
        try:
            (accept if action is LateAction.ACCEPT else reject)(handed_in)
        except DomainError:
            return None
        return LateState(rows.get().decision)

    assert disagreements(ask, LATE_MOVES) == []


def test_points_given_to_the_other_answer_do_not_stay(handed_in: Taking) -> None:
    given = HandMark(handed_in.questions[1], Decimal("0.5"))
    handmarks.mark_answer(handed_in.attempt_id, given, actor_id=handed_in.cast.grader.pk)
    accept(handed_in)
    assert points(handed_in) == 1


def test_the_release_waits_for_every_decision_and_ends_them(handed_in: Taking) -> None:
    close(handed_in)
    actor = handed_in.cast.grader.pk
    with pytest.raises(StillGrading) as refusal:
        grading.release_results(handed_in.sitting_id, actor_id=actor)
    assert refusal.value.data == {"waiting": 0, "late": 2}
    assert [row.open_late for row in results_of_sitting(handed_in.sitting_id)] == [2, 0]
    accept(handed_in)
    assert grading.release_results(handed_in.sitting_id, actor_id=actor) == 1
    for decide in (accept, reject):
        with pytest.raises(ResultFinal):
            decide(handed_in)
    seen = released_paper(handed_in.attempt_id, handed_in.cast.ana.pk).answers[1]
    assert (seen.came_late, seen.late, seen.points) == (True, (), Decimal("1.00"))


def test_late_work_of_who_was_absent_keeps_nobody_waiting(handed_in: Taking) -> None:
    accept(handed_in)
    close(handed_in)
    absent = handed_in.attempt.sitting.attempts.get(student=handed_in.cast.ben)
    AnswerRevision.objects.create(
        attempt=absent, question_id=1, seq=1, value="x", late=True, held_for="ended"
    )
    assert grading.release_results(handed_in.sitting_id, actor_id=handed_in.cast.grader.pk) == 1


def test_only_what_was_held_for_this_question_of_this_attempt_can_be_accepted(
    handed_in: Taking,
) -> None:
    actor = handed_in.cast.grader.pk
    choice, number, *_rest = handed_in.questions
    for attempt_id, question, revision in (
        (handed_in.attempt_id, choice, held(handed_in)),
        (handed_in.attempt_id, number, 10**9),
        (10**9, number, held(handed_in)),
    ):
        with pytest.raises(ResultUnknown):
            late.accept_late_answer(attempt_id, question, revision, actor_id=actor)
    assert points(handed_in) == 0


def test_before_the_end_there_is_nothing_to_decide(running: Taking) -> None:
    hold(running, running.questions[1], 2, "424242")
    with pytest.raises(ResultUnknown):
        accept(running)


def test_a_decision_before_the_first_grading_is_seen_by_it(running: Taking) -> None:
    attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Test")
    hold(running, running.questions[1], 2, "424242")
    accept(running)
    grading.grade_attempt(running.attempt_id)
    assert points(running) == 1


def test_the_database_takes_one_accepted_answer_and_no_decision_on_what_was_in_time(
    handed_in: Taking,
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AnswerRevision.objects.filter(late=True).update(decision=LateState.ACCEPTED)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnswerRevision.objects.create(
            attempt_id=handed_in.attempt_id, question_id=1, seq=1, decision=LateState.ACCEPTED
        )


@pytest.fixture
def beside(cast: Cast) -> Taking:
    """Ana handed in a number and why; another number and another why came after the end."""
    draft = QuestionDraft(
        name="sum",
        kind=QuestionKind.INT,
        prompt="How many?",
        text_response=True,
        text_response_label="Why?",
        max_length=12,
        choices=(ChoiceDraft("424242", fraction=Decimal(100)),),
    )
    taken = begin(cast, exam_id=approved_exam(cast, [draft]))
    (number,) = taken.questions
    Answer.objects.create(
        attempt_id=taken.attempt_id, question_id=number, seq=1, value="1", text="First why"
    )
    attempts.force_submit(taken.attempt_id, actor_id=cast.ivo.pk, reason="Test")
    hold(taken, number, 2, "424242", text="Later why")
    grading.grade_attempt(taken.attempt_id)
    return taken


def test_the_text_beside_a_late_answer_is_seen_before_it_counts_and_stands_on_the_paper(
    beside: Taking,
) -> None:
    grader, number = client_of(beside.cast.grader), beside.questions[0]
    for address in (
        f"/sittings/{beside.sitting_id}/late/",
        f"/attempts/{beside.attempt_id}/paper/",
    ):
        page = page_of(grader.get(address))
        assert ("First why" in page, "Later why" in page) == (True, True)
    assert marked_paper(beside.attempt_id).answers[0].text == "First why"
    late.accept_late_answer(beside.attempt_id, number, held(beside), actor_id=beside.cast.grader.pk)
    answer = marked_paper(beside.attempt_id).answers[0]
    assert (answer.text, answer.points) == ("Later why", Decimal("1.00"))


@pytest.mark.parametrize("when", ["before the release", "by a regrade"])
def test_the_text_beside_a_late_answer_keeps_the_limits_of_its_question(
    beside: Taking, when: str
) -> None:
    """As one that came in time: a text that is too long makes the answer invalid."""
    number, cast = beside.questions[0], beside.cast
    hold(beside, number, 3, "424242", text="Much too long a reason")
    if when == "by a regrade":
        late.reject_late_answers(
            beside.attempt_id, number, actor_id=cast.grader.pk, reason="For a regrade"
        )
        release(beside)
        run = RegradeRun.objects.get(pk=proposed(beside, held(beside, 3)))
        compute_preview(run.pk, run.edition)
        regrade.approve_regrade(run.pk, actor_id=cast.admin.pk)
        apply_regrade(run.pk)
    else:
        late.accept_late_answer(beside.attempt_id, number, held(beside, 3), actor_id=cast.grader.pk)
    answer = marked_paper(beside.attempt_id).answers[0]
    assert (answer.text, answer.valid) == ("Much too long a reason", False)
    assert (answer.points, answer.message) == (Decimal("0.00"), Fault.TOO_LONG)


def proposed(taken: Taking, revision: int) -> int:
    """Return a regrade that lets the held answer count, asked for its preview."""
    grader = taken.cast.grader.pk
    run_id = regrade.open_regrade(taken.sitting_id, reason="It came in time", actor_id=grader)
    wanted = LateAccept(attempt=taken.attempt_id, question=taken.questions[0], revision=revision)
    regrade.propose_late(run_id, [wanted], actor_id=grader)
    regrade.ask_preview(run_id, actor_id=grader)
    return run_id
