"""Acts of staff and candidates on the same rows at the same time, on real connections."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from exams.domain.accommodation import Adjustment, Validity
from exams.domain.corrections import Correction, Remedy
from exams.domain.regrade import RegradeState
from exams.errors import RetakeRefused
from exams.models import Attempt, RegradeRun, Result, Sitting
from exams.selectors.attempts import attempt_of
from exams.services import accommodations, attempts, early_ends, grading, regrade, taking
from exams.services.accommodations import AccommodationPlan
from exams.services.grants import Gift, give_time
from exams.services.late_queue import accept_open
from exams.services.ledger import deadline_for
from exams.services.regrade_apply import apply_regrade
from exams.services.retakes import create_attempt
from exams.tests.conftest import Cast, Taking, begin, close, make_cast
from exams.tests.test_queries_races import PATIENCE_S, Work, own_connection
from exams.tests.test_services_grading import graded, handed_in
from exams.tests.test_services_regrade import late_of, opened, previewed, second
from kernel import audit
from kernel.machine import IllegalMove

pytestmark = pytest.mark.django_db(transaction=True)  # connections see only what is committed


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def behind(first: Work, second: Work) -> Any:
    """Do `first`; commit it only when `second`, begun after it, waits for its rows."""

    def run() -> Any:
        with own_connection():
            return second()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            future = pool.submit(run)
            wait_for(future)
        return future.result(PATIENCE_S)


def wait_for(future: "Future[Any]") -> None:
    """Wait until the other connection waits for a row, or is through."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and not future.done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)  # the database tells nobody that somebody has begun to wait


def end(taken: Taking) -> None:
    early_ends.end_sitting(taken.sitting_id, actor_id=taken.cast.admin.pk, reason="Fire")


def extend(taken: Taking) -> None:
    attempts.extend_attempt(
        taken.attempt_id, extra=timedelta(minutes=20), actor_id=taken.cast.ivo.pk, reason="Noise"
    )


def half_as_much_again(taken: Taking) -> None:
    accommodations.give_accommodation(
        institution_id=taken.cast.institution.pk,
        student_id=taken.cast.ana.pk,
        plan=AccommodationPlan(Adjustment(extra_percent=50), Validity(date(2020, 1, 1), None)),
        actor_id=taken.cast.admin.pk,
    )


def read(attempt_id: int) -> Attempt:
    return Attempt.objects.select_related("sitting", "candidate").get(pk=attempt_id)


def test_time_that_waited_for_an_early_end_does_not_outrun_it(cast: Cast) -> None:
    taken = begin(cast)
    with pytest.raises(IllegalMove):
        behind(lambda: end(taken), lambda: extend(taken))
    assert read(taken.attempt_id).deadline == Sitting.objects.get().ended_early_at


@pytest.mark.parametrize("has_started", [False, True])
def test_time_that_waited_for_an_accommodation_counts_it(cast: Cast, *, has_started: bool) -> None:
    taken = begin(cast, start=has_started)
    behind(lambda: half_as_much_again(taken), lambda: extend(taken))
    attempt = read(taken.attempt_id)
    assert attempt.candidate.extra_percent == 50
    assert attempt.deadline == deadline_for(attempt, attempt.started_at)


@pytest.fixture
def failed(cast: Cast) -> Taking:
    """Ana has failed and may try again."""
    taken = begin(cast, policy={"attempts_allowed": 2})
    taking.submit_attempt(taken.attempt_id, student_id=cast.ana.pk, lease=taken.lease, digest={})
    grading.grade_attempt(taken.attempt_id)
    assert not Result.objects.get().passed
    return taken


def again(taken: Taking) -> int | None:
    try:
        return create_attempt(taken.sitting_id, student_id=taken.cast.ana.pk)
    except RetakeRefused:
        return None


def test_a_further_attempt_that_waited_for_an_early_end_is_refused(failed: Taking) -> None:
    assert behind(lambda: end(failed), lambda: again(failed)) is None


def test_an_early_end_that_waited_for_a_further_attempt_ends_it_too(failed: Taking) -> None:
    behind(lambda: again(failed), lambda: end(failed))
    assert Attempt.objects.latest("pk").deadline == Sitting.objects.get().ended_early_at


def test_time_for_everybody_reaches_a_further_attempt_that_waited_for_it(failed: Taking) -> None:
    gift = Gift(timedelta(minutes=9), actor_id=failed.cast.admin.pk, reason="Noise")
    second = behind(lambda: give_time(failed.sitting_id, gift), lambda: again(failed))
    attempt = read(second)
    assert attempt.deadline == deadline_for(attempt, None)
    assert attempt.deadline > attempt.sitting.closes_at


def test_two_requests_at_once_give_one_further_attempt(failed: Taking) -> None:
    first: list[int | None] = []
    assert behind(lambda: first.append(again(failed)), lambda: again(failed)) == first[0]


def test_applying_a_regrade_holds_no_result_while_it_waits_for_the_sitting(cast: Cast) -> None:
    """A release holds the sitting first and the results after it: the two would wait in a ring."""
    taken = begin(cast)
    graded(handed_in(taken, None, "1"))
    close(taken)
    run_id = opened(taken)
    void = Correction(remedy=Remedy.VOID)
    regrade.correct_question(run_id, taken.questions[1], void, actor_id=cast.grader.pk)
    previewed(run_id, cast.grader.pk)
    regrade.approve_regrade(run_id, actor_id=second(taken))

    def apply() -> None:
        with own_connection():
            apply_regrade(run_id)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(Sitting.objects.select_for_update())
            applying = pool.submit(apply)
            wait_for(applying)
            list(Result.objects.select_for_update(nowait=True))
        applying.result(PATIENCE_S)
    assert RegradeRun.objects.get().state == RegradeState.APPLIED


def test_accepting_late_work_holds_no_audit_trail_while_it_waits_for_a_result(cast: Cast) -> None:
    """Whoever gives a mark holds its result first and the trail after it, as everybody does."""
    taken = begin(cast)
    ben = attempt_of(taken.sitting_id, cast.ben.pk)
    lease = str(taking.take_lease(ben, student_id=cast.ben.pk))
    taking.start_attempt(ben, student_id=cast.ben.pk, lease=lease)
    for attempt_id in (taken.attempt_id, ben):
        attempts.force_submit(attempt_id, actor_id=cast.ivo.pk, reason="Test")
        late_of(replace(taken, attempt_id=attempt_id), 1, "424242")
        grading.grade_attempt(attempt_id)

    home = cast.institution.pk

    def accept() -> int:
        with own_connection():
            done = accept_open(taken.sitting_id, reason="A cut", actor_id=cast.grader.pk)
            return done.accepted

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(Result.objects.select_for_update().filter(attempt_id=ben))
            accepting = pool.submit(accept)
            wait_for(accepting)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '300ms'")
            audit.append("test.probed", actor_id=None, subject="attempt:1", institution_id=home)
        assert accepting.result(PATIENCE_S) == 2
