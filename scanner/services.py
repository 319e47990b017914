"""Receiving uploads, checking them, giving out what was found clean, forgetting the rest."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from kernel import audit, clock, outbox
from kernel.events import bus
from scanner import contents, storage
from scanner.domain import (
    MIB,
    SCAN_LEASE,
    VERDICT,
    Verdict,
    VerdictAction,
    backoff,
    check_kind,
    check_name,
    check_size,
    limit_bytes,
    parse_purpose,
)
from scanner.engines.base import (
    EngineUnavailable,
    Finding,
    NoEngine,
    ScanEngine,
    ScanOutcome,
    bound_engine,
)
from scanner.errors import (
    CheckUnavailable,
    FileUnreadable,
    NotClean,
    StorageFailed,
    TooManyWaiting,
    TooMuchToday,
)
from scanner.events import UploadCleared, UploadRejected
from scanner.models import ScanReport, Upload
from scanner.selectors import UploadCard, card_of, count_bytes_today, count_waiting, upload_status

log = structlog.get_logger(__name__)

SCAN_TASK: Final = "scanner.scan_upload"
QUEUE: Final = "scans"
MAX_WAITING_PER_OWNER: Final = 60
MAX_BYTES_PER_OWNER_A_DAY: Final = 500 * MIB  # twenty of the largest files
REQUEUE_BATCH: Final = 200
HOLD: Final = timedelta(days=30)  # infected and refused bytes are kept this long for inspection
ORPHAN_AGE, ORPHAN_BATCH = timedelta(hours=2), 500
_ACTIONS: Final = {
    Finding.CLEAN: VerdictAction.CLEAR,
    Finding.INFECTED: VerdictAction.CONDEMN,
    Finding.REFUSED: VerdictAction.REFUSE,
}


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """A clean upload with its content, positioned at the start; the caller closes the file."""

    card: UploadCard
    file: BinaryIO


def receive_upload(
    *, owner_id: int, purpose: str, name: str, stream: storage.Readable, size: int
) -> UploadCard:
    """Put one file into quarantine and ask for its check; durable when this returns.

    Args:
        owner_id: Who sends it.
        purpose: One of domain.Purpose.
        name: As the client calls it; only ever shown, never part of a path.
        stream: Read to its end in pieces, so that memory stays small.
        size: bytes, as claimed; what really arrives is measured again.

    Raises:
        FileRefused: Empty, or of a kind, name or content that is not allowed; nothing was kept.
        FileTooLarge: Above the limit of its purpose; nothing was kept.
        TooManyWaiting: The owner has too many unchecked files already.
        TooMuchToday: The owner has sent enough for a day.
        UploadAborted: The stream broke off; nothing was kept.
        StorageFailed: It could not be written durably; nothing was kept.
    """
    meant = parse_purpose(purpose)
    limit = limit_bytes(meant, settings.MAX_UPLOAD_BYTES)
    check_size(size, limit)
    shown_name, extension = check_name(name, meant)
    if count_waiting(owner_id) >= MAX_WAITING_PER_OWNER:
        raise TooManyWaiting(limit=MAX_WAITING_PER_OWNER)
    if count_bytes_today(owner_id) + size > MAX_BYTES_PER_OWNER_A_DAY:
        raise TooMuchToday(limit_bytes=MAX_BYTES_PER_OWNER_A_DAY)
    upload = Upload(pk=uuid4(), owner_id=owner_id, purpose=meant, name=shown_name)
    try:
        stored = storage.store_quarantined(upload.pk, stream, limit_bytes=limit)
        check_size(stored.size, limit)
        upload.size, upload.sha256 = stored.size, stored.sha256
        upload.mime = _sniffed(upload.pk, extension)
        _insert(upload)
    except BaseException:  # whatever went wrong: no file without a row
        storage.discard(upload.pk)
        raise
    log.info("upload.received", upload_id=str(upload.pk), size=upload.size, mime=upload.mime)
    return card_of(upload)


def check_passing_file(data: bytes) -> bool:
    """Check bytes that are read once and never given out; whether a scanner looked at them.

    Raises:
        NotClean, CheckUnavailable: It cannot vouch for them, or does not answer.
    """
    if bound_engine().name == NoEngine.name:
        return False
    try:
        finding = bound_engine().scan(BytesIO(data), len(data)).finding
    except EngineUnavailable:
        raise CheckUnavailable from None
    if finding is not Finding.CLEAN:
        raise NotClean(state=finding.value)
    return True


def scan_upload(upload_id: UUID) -> Verdict:
    """Check one upload; returns where it stands afterwards. Safe to repeat and to interrupt.

    1. Claim it with a fresh number (a silent worker can then no longer decide).
    2. Give the engine the bytes and hash exactly what it was given.
    3. Copy them to the clean store, comparing the hash again, if and only if it said clean.
    4. Move the row, with report and event, if the number is still ours.
    Without a reliable answer it goes back to quarantine, to be tried again later.
    """
    upload = _claim(upload_id)
    if upload is None:
        return Verdict(Upload.objects.values_list("state", flat=True).get(pk=upload_id))
    engine = bound_engine()
    report = ScanReport(
        upload=upload, number=upload.scan_number, engine=engine.name, started_at=clock.now()
    )
    try:
        outcome = _examine(upload, engine, report)
    except (EngineUnavailable, StorageFailed, OSError) as error:
        _give_back(upload, report, str(error))
        return Verdict.QUARANTINED
    return record_verdict(upload, report, outcome)


def record_verdict(upload: Upload, report: ScanReport, outcome: ScanOutcome) -> Verdict:
    """Move a claimed upload to its verdict, with report, event and audit line, or leave it.

    Needs: `upload` as claimed by this run; its clean copy stored already if `outcome` is clean.
    """
    action = _ACTIONS[outcome.finding]
    target = VERDICT.next_state(Verdict.SCANNING, action)
    with transaction.atomic():
        moved = _mine(upload).update(
            state=target,
            reason="" if outcome.finding is Finding.CLEAN else outcome.detail[:120],
            signature_version=report.signature_version,
            decided_at=clock.now(),
            next_scan_at=None,
        )
        if not moved:
            return Verdict(Upload.objects.values_list("state", flat=True).get(pk=upload.pk))
        _save_report(report, outcome.finding, outcome.detail)
        _announce(upload, outcome)
    if target is Verdict.CLEAN:
        storage.discard(upload.pk, clean=False)
    log.info("upload.decided", upload_id=str(upload.pk), verdict=target, detail=outcome.detail)
    return target


def open_upload(upload_id: UUID, *, viewer_id: int) -> OpenUpload:
    """Open a clean upload for somebody who may read it.

    Raises:
        UploadNotFound: None, or not theirs to see.
        NotClean: Not found clean (yet), or its stored bytes are not those that were checked;
            in the latter case it is taken back for good.
        FileUnreadable: The disk fails or is not there; nothing was decided, try again.
    """
    card = upload_status(upload_id, viewer_id).card
    if not card.is_clean:
        raise NotClean(state=card.state.value)
    try:
        return OpenUpload(card, storage.open_clean(upload_id, sha256=card.sha256))
    except FileUnreadable as error:
        log.exception("upload.unreadable", upload_id=str(upload_id), errno=error.data["errno"])
        raise
    except storage.ContentChanged:
        _recall(card)
        raise NotClean(state=Verdict.REFUSED.value) from None


def requeue_waiting() -> int:
    """Ask again for the check of whatever waits, once an engine answers; returns how many."""
    try:
        bound_engine().version()
    except EngineUnavailable as error:
        if bound_engine().name != NoEngine.name:  # a site without one says so on its pages
            log.warning("scanner.down", waiting=count_waiting(), reason=str(error))
        return 0
    now = clock.now()
    due = Upload.objects.filter(
        Q(state=Verdict.QUARANTINED) & (Q(next_scan_at=None) | Q(next_scan_at__lte=now))
        | Q(state=Verdict.SCANNING, scan_started_at__lt=now - SCAN_LEASE)
    ).order_by("received_at")
    asked = 0
    with transaction.atomic():
        for upload in due[:REQUEUE_BATCH]:
            asked += _ask_for_scan(upload)
    return asked


def purge_old() -> int:
    """Delete the bytes of what was rejected long ago, and files that have no row."""
    old = Upload.objects.filter(
        state__in=VERDICT.sources(VerdictAction.PURGE), decided_at__lt=clock.now() - HOLD
    )
    purged = 0
    for upload in old[:REQUEUE_BATCH]:
        storage.discard(upload.pk)
        purged += Upload.objects.filter(pk=upload.pk, state=upload.state).update(
            state=Verdict.PURGED
        )
    return purged + _delete_orphans()


def _sniffed(upload_id: UUID, extension: str) -> str:
    with storage.open_quarantined(upload_id) as file:
        sniffed = contents.sniff(file, extension)
    check_kind(extension, sniffed)
    return sniffed


@transaction.atomic
def _insert(upload: Upload) -> None:
    upload.save(force_insert=True)
    upload.refresh_from_db()
    _ask_for_scan(upload)


def _ask_for_scan(upload: Upload) -> bool:
    entry = outbox.enqueue(
        SCAN_TASK,
        {"upload_id": str(upload.pk)},
        queue=QUEUE,
        dedupe_key=f"scan:{upload.pk}:{upload.scan_number}",
    )
    return entry is not None


def _claim(upload_id: UUID) -> Upload | None:
    now = clock.now()
    claimed = Upload.objects.filter(
        Q(state=Verdict.QUARANTINED)
        | Q(state=Verdict.SCANNING, scan_started_at__lt=now - SCAN_LEASE),
        pk=upload_id,
    ).update(
        state=VERDICT.next_state(Verdict.QUARANTINED, VerdictAction.BEGIN),
        scan_number=F("scan_number") + 1,
        scan_started_at=now,
    )
    return Upload.objects.get(pk=upload_id) if claimed else None


def _mine(upload: Upload) -> QuerySet[Upload]:
    return Upload.objects.filter(
        pk=upload.pk,
        state=Verdict.SCANNING,
        scan_number=upload.scan_number,
        sha256=upload.sha256,
    )


def _examine(upload: Upload, engine: ScanEngine, report: ScanReport) -> ScanOutcome:
    report.signature_version = engine.version()
    with storage.open_quarantined(upload.pk) as file:
        seen = _HashingReader(file)
        outcome = engine.scan(seen, upload.size)
    report.sha256 = seen.sha256()
    if outcome.finding is not Finding.CLEAN:
        return outcome
    if report.sha256 != upload.sha256:
        return ScanOutcome(Finding.REFUSED, "changed")
    try:
        storage.promote(upload.pk, sha256=upload.sha256)
    except storage.ContentChanged:
        return ScanOutcome(Finding.REFUSED, "changed")
    return outcome


class _HashingReader:
    """Hands bytes on and hashes exactly those that were handed on."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._file.read(size)
        self._digest.update(chunk)
        return chunk

    def sha256(self) -> str:
        return self._digest.hexdigest()


@transaction.atomic
def _give_back(upload: Upload, report: ScanReport, error: str) -> None:
    moved = _mine(upload).update(
        state=VERDICT.next_state(Verdict.SCANNING, VerdictAction.GIVE_BACK),
        next_scan_at=clock.now() + backoff(upload.scan_number),
    )
    if moved:
        _save_report(report, "unavailable", error)
    log.warning("upload.not_scanned", upload_id=str(upload.pk), error=error)


def _save_report(report: ScanReport, outcome: str, detail: str) -> None:
    report.outcome, report.detail = outcome, detail[:200]
    report.save(force_insert=True)


def _announce(upload: Upload, outcome: ScanOutcome) -> None:
    if outcome.finding is Finding.CLEAN:
        bus.emit(UploadCleared(upload_id=upload.pk, purpose=upload.purpose))
        return
    _record_rejection(upload, outcome.detail)


def _record_rejection(upload: Upload, detail: str) -> None:
    audit.append(
        "upload.rejected",
        actor_id=None,
        subject=f"upload:{upload.pk}",
        reason=detail,
        data={"sha256": upload.sha256, "owner": upload.owner_id},
        institution_id=upload.owner.institution_id,
    )
    bus.emit(UploadRejected(upload_id=upload.pk, purpose=upload.purpose))


@transaction.atomic
def _recall(card: UploadCard) -> None:
    upload = Upload.objects.select_related("owner").get(pk=card.id)
    moved = Upload.objects.filter(
        pk=card.id, state__in=VERDICT.sources(VerdictAction.RECALL), sha256=card.sha256
    ).update(state=Verdict.REFUSED, reason="changed", decided_at=clock.now())
    if moved:
        log.error("upload.changed_in_store", upload_id=str(card.id))
        _record_rejection(upload, "changed")


def _delete_orphans() -> int:
    deleted = 0
    old = list(storage.names_before(clock.now() - ORPHAN_AGE))
    for start in range(0, len(old), ORPHAN_BATCH):
        paths = old[start : start + ORPHAN_BATCH]
        states = _states_of(paths)
        for path in paths:
            if not _is_wanted(path, states.get(path.name)):
                path.unlink(missing_ok=True)
                deleted += 1
    return deleted


def _states_of(paths: Iterable[Path]) -> dict[str, str]:
    """Return the state of the upload behind each file name; a stray file has none."""
    ids = []
    for path in paths:
        with suppress(ValueError):
            ids.append(UUID(path.name))
    rows = Upload.objects.filter(pk__in=ids).values_list("pk", "state")
    return {str(upload_id): state for upload_id, state in rows}


def _is_wanted(path: Path, state: str | None) -> bool:
    """Whether the row behind a stored file still needs it.

    What was taken back has its only copy in the clean store: it is held like all that is refused.
    """
    if state is None or state == Verdict.PURGED:
        return False
    if path.parent == Path(settings.CLEAN_DIR):
        return state in {Verdict.CLEAN, Verdict.REFUSED}
    return state != Verdict.CLEAN
