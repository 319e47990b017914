"""All late answers of a sitting at once: all, up to a time, none; after the release by a regrade."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.late import LateState
from exams.domain.regrade import RegradeState
from exams.errors import LeaseLost, ReasonNeeded, RegradeUnderWay, ResultUnknown
from exams.models import Answer, AnswerRevision, Attempt, RegradeRun, Result, Sitting
from exams.selectors.late import open_late_answers
from exams.selectors.late_queue import held_answers
from exams.selectors.regrades import regrade_view
from exams.services import attempts, grading, late_queue, regrade
from exams.services.regrade_apply import apply_regrade
from exams.services.regrade_preview import compute_preview
from exams.tests.conftest import PERCENT, Cast, Taking, close, schedule
from exams.tests.marked import take
from exams.tests.paged import Plan, walker
from kernel.models import AuditEntry

MINUTE = timedelta(minutes=1)


def hold(attempt_id: int, question: int, value: object, late_by: timedelta) -> int:
    ended = Attempt.objects.get(pk=attempt_id).ended_at
    assert ended is not None
    row = AnswerRevision.objects.create(
        attempt_id=attempt_id,
        question_id=question,
        seq=AnswerRevision.objects.count() + 10,
        value=value,
        late=True,
        held_for="ended",
    )
    AnswerRevision.objects.filter(pk=row.pk).update(saved_at=ended + late_by)
    return row.pk


@pytest.fixture
def held(running: Taking) -> Taking:
    """Ana handed in a wrong number; then a word came 1 minute late, the number 1 and 3 late."""
    number, word = running.questions[1:3]
    Answer.objects.create(attempt_id=running.attempt_id, question_id=number, seq=1, value="1")
    attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Test")
    hold(running.attempt_id, word, "canary-key-char", MINUTE)
    hold(running.attempt_id, number, "7", MINUTE)
    hold(running.attempt_id, number, "424242", 3 * MINUTE)
    grading.grade_attempt(running.attempt_id)
    close(running)
    return running


def score(taken: Taking) -> object:
    return Result.objects.get(attempt_id=taken.attempt_id).points_num


def states(taken: Taking) -> list[str]:
    rows = AnswerRevision.objects.filter(attempt_id=taken.attempt_id, late=True).order_by("pk")
    return list(rows.values_list("decision", flat=True))


def test_the_queue_shows_what_came_late_beside_what_was_handed_in(held: Taking) -> None:
    first, second, third = held_answers(held.sitting_id)
    assert open_late_answers(held.sitting_id) == 3
    assert (first.number, first.candidate, first.late_by) == (3, "Ana", MINUTE)
    assert (second.given_html, second.handed_in_html) == (("7",), ("1",))
    assert (third.late_by, third.state, third.is_released) == (3 * MINUTE, LateState.OPEN, False)


def test_all_count_the_newest_of_each_question(held: Taking) -> None:
    done = late_queue.accept_open(
        held.sitting_id, reason="The network failed", actor_id=held.cast.grader.pk
    )
    assert (done.accepted, done.rejected, done.proposed) == (2, 0, 0)
    assert score(held) == 2
    assert states(held) == [LateState.ACCEPTED, LateState.REJECTED, LateState.ACCEPTED]
    assert AuditEntry.objects.filter(action="late.accepted").count() == 1


def late_for_all(cast: Cast, papers: int) -> tuple[int, list[int]]:
    """A sitting whose candidates all gave a wrong number, and the right one too late."""
    number = QuestionDraft(
        name="n", kind=QuestionKind.INT, prompt="p", choices=(ChoiceDraft("7", fraction=PERCENT),)
    )
    taken = take(cast, [["1"]] * papers, questions=[number])
    for attempt_id in taken.attempt_ids:
        hold(attempt_id, taken.questions[0].id, "7", MINUTE)
    return taken.sitting_id, taken.attempt_ids


def test_papers_are_graded_again_together_however_many_there_are(cast: Cast) -> None:
    sitting_id, ids = late_for_all(cast, 3)
    with CaptureQueriesContext(connection) as seen:
        done = late_queue.accept_open(sitting_id, reason="Network", actor_id=cast.grader.pk)
    assert done.accepted == 3
    assert set(Result.objects.filter(attempt__in=ids).values_list("score", flat=True)) == {100}
    assert sum('FROM "exams_submission"' in one["sql"] for one in seen.captured_queries) == 1


def test_late_answers_of_released_papers_are_looked_up_together(cast: Cast) -> None:
    sitting_id, ids = late_for_all(cast, 5)
    Sitting.objects.filter(pk=sitting_id).update(state="published", closed_at=Now())
    Result.objects.filter(attempt__in=ids).update(state="released")
    with CaptureQueriesContext(connection) as seen:
        done = late_queue.accept_open(sitting_id, reason="Network", actor_id=cast.grader.pk)
    assert done.proposed == 5
    asked = [one for one in seen.captured_queries if 'FROM "exams_answerrevision"' in one["sql"]]
    assert len(asked) <= 4


def test_up_to_a_time_counts_and_what_came_later_is_rejected(held: Taking) -> None:
    done = late_queue.accept_open(
        held.sitting_id, reason="Two minutes", actor_id=held.cast.grader.pk, within=2 * MINUTE
    )
    assert (done.accepted, done.rejected) == (2, 1)
    assert score(held) == 1
    assert states(held) == [LateState.ACCEPTED, LateState.ACCEPTED, LateState.REJECTED]


def test_none_counts_and_a_reason_is_needed(held: Taking) -> None:
    actor = held.cast.grader.pk
    for act in (late_queue.reject_open, late_queue.accept_open):
        with pytest.raises(ReasonNeeded):
            act(held.sitting_id, reason=" ", actor_id=actor)
    done = late_queue.reject_open(held.sitting_id, reason="No fault of ours", actor_id=actor)
    assert done.rejected == 3
    assert AuditEntry.objects.get(action="late.rejected").data == {"n": 3}
    assert score(held) == 0
    assert open_late_answers(held.sitting_id) == 0


def test_after_the_release_what_is_to_count_goes_into_a_regrade(held: Taking) -> None:
    cast = held.cast
    late_queue.reject_open(held.sitting_id, reason="Too late", actor_id=cast.grader.pk)
    grading.release_results(held.sitting_id, actor_id=cast.grader.pk)
    hold(held.attempt_id, held.questions[1], "424242", 5 * MINUTE)
    done = late_queue.accept_open(
        held.sitting_id, reason="The server held it", actor_id=cast.grader.pk
    )
    assert (done.accepted, done.proposed) == (0, 1)
    assert score(held) == 0
    assert done.run_id is not None
    regrade.ask_preview(done.run_id, actor_id=cast.grader.pk)
    compute_preview(done.run_id, RegradeRun.objects.get().edition)
    regrade.approve_regrade(done.run_id, actor_id=cast.admin.pk)
    with pytest.raises(RegradeUnderWay):
        late_queue.accept_open(held.sitting_id, reason="Once more", actor_id=cast.grader.pk)
    apply_regrade(done.run_id)
    assert score(held) == 1
    assert open_late_answers(held.sitting_id) == 0
    assert regrade_view(done.run_id).state == RegradeState.APPLIED


def test_after_the_release_one_answer_is_proposed_and_rejecting_changes_no_result(
    held: Taking,
) -> None:
    cast = held.cast
    late_queue.reject_open(held.sitting_id, reason="Too late", actor_id=cast.grader.pk)
    grading.release_results(held.sitting_id, actor_id=cast.grader.pk)
    one = hold(held.attempt_id, held.questions[2], "canary-key-char", MINUTE)
    two = hold(held.attempt_id, held.questions[1], "7", MINUTE)
    with pytest.raises(ReasonNeeded):
        late_queue.accept_one(held.sitting_id, one, actor_id=cast.grader.pk)
    assert not RegradeRun.objects.exists()
    run_id = late_queue.accept_one(
        held.sitting_id, one, reason="Our fault", actor_id=cast.grader.pk
    )
    assert run_id is not None
    assert [line.part for line in regrade_view(run_id).late] == [f"late-{one}"]
    assert late_queue.accept_one(held.sitting_id, two, reason="x", actor_id=1) == run_id
    done = late_queue.reject_open(held.sitting_id, reason="No", actor_id=cast.grader.pk)
    assert (done.rejected, score(held)) == (2, 0)


def test_an_answer_of_somebody_else_is_an_outsider(held: Taking) -> None:
    mine = AnswerRevision.objects.filter(late=True).values_list("pk", flat=True)[0]
    elsewhere = schedule(held.cast, exam_id=held.attempt.sitting.exam_id)
    for sitting_id, revision_id in ((elsewhere, mine), (held.sitting_id, 10**9)):
        with pytest.raises(ResultUnknown):
            late_queue.accept_one(sitting_id, revision_id, actor_id=held.cast.grader.pk)
    assert late_queue.accept_one(held.sitting_id, mine, actor_id=held.cast.grader.pk) is None
    assert states(held)[0] == LateState.ACCEPTED
    assert late_queue.accept_open(10**9, reason="x", actor_id=1).accepted == 0


def test_a_closed_page_is_not_walked_back_to_by_way_of_the_queue(cast: Cast) -> None:
    plan: Plan = {"One": {"questions": {"first": {}}}, "Two": {"questions": {"second": {}}}}
    ana = walker(cast, plan, policy={"navigation": "sections"})
    ana.save("first", "wrong")
    ana.advance()
    ana.save("second", "wrong")
    lease, ana.taking.lease = ana.taking.lease, str(uuid4())  # nobody has it
    for question in ("first", "second"):
        with pytest.raises(LeaseLost):
            ana.save(question, "right")
    ana.taking.lease = lease
    ana.submit()
    grading.grade_attempt(ana.attempt.pk)
    sitting_id, grader = ana.taking.sitting_id, cast.grader.pk
    done = late_queue.accept_open(sitting_id, reason="The network failed", actor_id=grader)
    assert (done.accepted, done.left) == (1, 1)
    assert {one.number: (one.was_closed, one.state) for one in held_answers(sitting_id)} == {
        1: (True, LateState.OPEN),
        2: (False, LateState.ACCEPTED),
    }
    assert late_queue.reject_open(sitting_id, reason="No", actor_id=grader).rejected == 1
