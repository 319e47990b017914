"""The time ledger of a sitting: what the one deadline formula is given, and its cached result."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from exams import queries_attempts
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
    """Return the entries that count for this attempt: its own, its room's and everybody's.

    Needs: `candidate` loaded with the attempt.
    """
    return _entries(queries_attempts.grants_of(attempt))


def _entries(rows: Iterable[TimeGrant]) -> list[Grant]:
    """Return what the formula is given for these rows of the ledger.

    Time that was given and taken back is both: an entry, and one against it at the moment it was
    taken back. So the formula leaves the last minute to who works in that time. Time that was
    taken and given back is no entry at all: what it really took may have been less than it says.
    """
    entries = []
    for row in rows:
        is_gift = row.extra > timedelta()
        if row.revoked_at is None or is_gift:
            entries.append(Grant(row.extra, row.granted_at))
        if row.revoked_at is not None and is_gift:
            entries.append(Grant(-row.extra, row.revoked_at))
    return entries


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
    ledger = list(TimeGrant.objects.filter(sitting=sitting))
    return {
        one.pk: _deadline(
            terms_of(sitting, one.candidate),
            one.started_at,
            _entries(row for row in ledger if reaches(row, one)),
        )
        for one in attempts
    }


def reaches(row: TimeGrant, attempt: Attempt) -> bool:
    """Whether an entry of the sitting's ledger is for this attempt.

    Needs: `candidate` loaded with the attempt.
    """
    if row.attempt_id is not None:
        return row.attempt_id == attempt.pk
    return row.room in {"", attempt.candidate.room}


def last_starts_of(sitting: Sitting) -> dict[int, datetime]:
    """Return attempt id → last moment to start, for those who have not started. Two queries."""
    waiting = Attempt.objects.filter(sitting=sitting, started_at__isnull=True)
    return deadlines_of(sitting, waiting.select_related("candidate").defer("paper"))


def _deadline(terms: Terms, started_at: datetime | None, grants: list[Grant]) -> datetime:
    if started_at is None:
        return close_of(terms, grants)
    return deadline_of(terms, started_at, grants)
