"""What the deadline formula is given: which grants count for which attempt."""

from datetime import timedelta

from exams import queries
from exams.domain.deadline import LateStart
from exams.models import Attempt, TimeGrant
from exams.services.ledger import deadline_for, grants_of, last_starts_of, terms_of
from exams.tests.conftest import Taking

MINUTE = timedelta(minutes=1)


def give(running: Taking, minutes: int, attempt: Attempt | None = None) -> TimeGrant:
    return TimeGrant.objects.create(
        sitting_id=running.sitting_id,
        attempt=attempt,
        extra=minutes * MINUTE,
        kind="manual",
        reason="x",
    )


def test_own_and_common_grants_count_and_neither_revoked_nor_foreign_ones(running: Taking) -> None:
    mine, ben = running.attempt, Attempt.objects.get(student=running.cast.ben)
    give(running, 1)
    give(running, 2, mine)
    give(running, 4, ben)
    revoked = give(running, 8)
    revoked.revoked_at = queries.database_now()
    revoked.save()
    assert sum((one.extra for one in grants_of(mine)), timedelta()) == 3 * MINUTE
    assert deadline_for(mine, mine.started_at) == mine.deadline + 3 * MINUTE
    assert deadline_for(ben, None) == ben.sitting.closes_at + 5 * MINUTE


def test_the_last_starts_of_all_who_wait_agree_with_the_one_for_each(running: Taking) -> None:
    ben = Attempt.objects.get(student=running.cast.ben)
    give(running, 1)
    give(running, 2, running.attempt)
    give(running, 4, ben)
    assert last_starts_of(ben.sitting) == {ben.pk: deadline_for(ben, None)}


def test_the_terms_come_from_sitting_policy_and_candidate(running: Taking) -> None:
    attempt = running.attempt
    attempt.sitting.policy = {"late_start": "full"}
    attempt.candidate.extra_percent = 10
    terms = terms_of(attempt.sitting, attempt.candidate)
    assert (terms.late_start, terms.extra_percent) == (LateStart.FULL, 10)
    assert terms.duration == 30 * MINUTE
