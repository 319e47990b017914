"""The time ledger of a sitting: what the one deadline formula is given, and its cached result."""

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
    terms, grants = terms_of(attempt.sitting, attempt.candidate), grants_of(attempt)
    if started_at is None:
        return close_of(terms, grants)
    return deadline_of(terms, started_at, grants)


def last_starts_of(sitting: Sitting) -> dict[int, datetime]:
    """Return attempt id → last moment to start, for those who have not started. Two queries."""
    grants: dict[int | None, list[Grant]] = {}
    ledger = TimeGrant.objects.filter(sitting=sitting, revoked_at__isnull=True)
    for attempt_id, extra, at in ledger.values_list("attempt_id", "extra", "granted_at"):
        grants.setdefault(attempt_id, []).append(Grant(extra, at))
    waiting = Attempt.objects.filter(sitting=sitting, started_at__isnull=True)
    return {
        one.pk: close_of(
            terms_of(sitting, one.candidate), [*grants.get(None, []), *grants.get(one.pk, [])]
        )
        for one in waiting.select_related("candidate").defer("paper")
    }
