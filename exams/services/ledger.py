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
