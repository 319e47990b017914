"""The time ledger of a sitting: what the one deadline formula is given, and its cached result."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from exams.domain.deadline import Grant, Terms, close_of, deadline_of
from exams.domain.policy import policy_of
from exams.models import Attempt, Candidate, Sitting, TimeGrant


def terms_of(sitting: Sitting, candidate: Candidate) -> Terms:
    """Return what decides this candidate's time besides the ledger."""
    return Terms(
        duration=sitting.duration,
        closes_at=sitting.closes_at,
        late_start=policy_of(sitting.policy).late_start,
        extra_percent=candidate.extra_percent,
        extra_time=candidate.extra_time,
        ended_early_at=sitting.ended_early_at,
    )


def grants_of(attempt: Attempt) -> list[Grant]:
    """Return the entries that count for this attempt: its own and those of the whole sitting."""
    mine = Q(attempt_id=attempt.pk) | Q(attempt_id__isnull=True)
    rows = TimeGrant.objects.filter(mine, sitting_id=attempt.sitting_id, revoked_at__isnull=True)
    return [Grant(extra, at) for extra, at in rows.values_list("extra", "granted_at")]


def deadline_for(attempt: Attempt, started_at: datetime | None) -> datetime:
    """Return the deadline of an attempt that starts or started then; without a start, the last
    moment to start.

    Needs: `sitting` and `candidate` loaded with the attempt.
    """  # noqa: D205 one sentence
    return _deadline(terms_of(attempt.sitting, attempt.candidate), started_at, grants_of(attempt))


def deadlines_of(sitting: Sitting, attempts: Iterable[Attempt]) -> dict[int, datetime]:
    """Return attempt id → deadline by the ledger as it stands now, as `deadline_for` does.

    Budget: 1 query, whatever the number of attempts.

    Needs: `candidate` loaded with the attempts, which are all of this sitting.
    """
    grants: dict[int | None, list[Grant]] = {}
    ledger = TimeGrant.objects.filter(sitting=sitting, revoked_at__isnull=True)
    for attempt_id, extra, at in ledger.values_list("attempt_id", "extra", "granted_at"):
        grants.setdefault(attempt_id, []).append(Grant(extra, at))
    return {
        one.pk: _deadline(
            terms_of(sitting, one.candidate),
            one.started_at,
            [*grants.get(None, []), *grants.get(one.pk, [])],
        )
        for one in attempts
    }


def last_starts_of(sitting: Sitting) -> dict[int, datetime]:
    """Return attempt id → last moment to start, for those who have not started. Two queries."""
    waiting = Attempt.objects.filter(sitting=sitting, started_at__isnull=True)
    return deadlines_of(sitting, waiting.select_related("candidate").defer("paper"))


def _deadline(terms: Terms, started_at: datetime | None, grants: list[Grant]) -> datetime:
    if started_at is None:
        return close_of(terms, grants)
    return deadline_of(terms, started_at, grants)
