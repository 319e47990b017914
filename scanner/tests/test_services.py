"""The life of an upload from quarantine to its verdict, against a real database and clamd."""

import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import time_machine
from django.conf import LazySettings

from accounts.models import User
from kernel import clock, outbox
from kernel.events import bus
from kernel.jobstates import JobState
from kernel.models import AuditEntry, OutboxEntry
from scanner import services, storage
from scanner.domain import SCAN_LEASE, Verdict
from scanner.engines.base import EngineUnavailable, Finding, ScanOutcome, bind_engine
from scanner.engines.samples import zip_of
from scanner.errors import (
    FileRefused,
    FileTooLarge,
    NotClean,
    StorageFailed,
    TooManyWaiting,
    UploadAborted,
    UploadNotFound,
)
from scanner.events import UploadCleared, UploadRejected
from scanner.models import ScanReport, Upload
from scanner.selectors import UploadCard
from scanner.storage import Readable
from scanner.tests.clamd_server import ClamdServer, eicar
from scanner.tests.test_storage import BreaksOff, files, largest_file

pytestmark = pytest.mark.django_db

HEARD: list[object] = []


def hear(event: UploadCleared | UploadRejected) -> None:
    HEARD.append(event)


@pytest.fixture(autouse=True)
def heard() -> Iterator[list[object]]:
    bus.bind(UploadCleared, hear)
    bus.bind(UploadRejected, hear)
    HEARD.clear()
    yield HEARD
    HEARD.clear()


@pytest.fixture
def clamd_bound(clamd: ClamdServer) -> None:
    bind_engine(clamd.engine())


class Scripted:
    """An engine at the port boundary whose answers the test decides."""

    name = "scripted"

    def __init__(self, *answers: ScanOutcome | Exception, is_up: bool = True) -> None:
        self.answers = list(answers)
        self.is_up = is_up
        self.seen: list[bytes] = []

    def version(self) -> str:
        if not self.is_up:
            raise EngineUnavailable("down")
        return "Scripted 1"

    def scan(self, stream: Readable, size: int) -> ScanOutcome:
        self.seen.append(stream.read())
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


CLEAN = ScanOutcome(Finding.CLEAN)


def send(owner: User, content: bytes = b"an essay", name: str = "essay.txt") -> UploadCard:
    return services.receive_upload(
        owner_id=owner.pk,
        purpose="answer",
        name=name,
        stream=io.BytesIO(content),
        size=len(content),
    )


def replace_quarantined(root: Path, upload_id: UUID, content: bytes) -> None:
    (root / "quarantine" / str(upload_id)).write_bytes(content)


# ── receiving ──────────────────────────────────────────────────────────────────────────────


def test_a_file_is_kept_in_quarantine_and_its_check_asked_for(ana: User, stores: Path) -> None:
    card = send(ana)
    row = Upload.objects.get(pk=card.id)
    assert (row.state, row.size, row.mime) == (Verdict.QUARANTINED, 8, "text/plain")
    assert files(stores) == [str(card.id)]
    job = OutboxEntry.objects.get(task=services.SCAN_TASK)
    assert (job.kwargs, job.queue) == ({"upload_id": str(card.id)}, "scans")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("essay.txt", b"", "empty"),
        ("../essay.txt", b"x", "bad_name"),
        ("page.html", b"x", "kind"),
        ("photo.exe.png", b"x", "double_extension"),
        ("photo.png", b"not a picture", "content"),
        ("note.txt", b"<svg onload=alert(1)>", "active_content"),
    ],
)
def test_a_refused_file_leaves_no_trace(
    ana: User, stores: Path, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(FileRefused) as refusal:
        send(ana, content, name)
    assert refusal.value.data["reason"] == reason
    assert files(stores) == []
    assert not Upload.objects.exists()
    assert not OutboxEntry.objects.exists()


def test_a_size_that_was_understated_is_measured(ana: User, settings: LazySettings) -> None:
    settings.MAX_UPLOAD_BYTES = 100
    with pytest.raises(FileTooLarge):
        services.receive_upload(
            owner_id=ana.pk,
            purpose="answer",
            name="a.txt",
            stream=io.BytesIO(b"x" * 101),
            size=3,
        )
    assert not Upload.objects.exists()


def test_an_aborted_upload_leaves_no_trace(ana: User, stores: Path) -> None:
    with pytest.raises(UploadAborted):
        services.receive_upload(
            owner_id=ana.pk, purpose="answer", name="a.txt", stream=BreaksOff(3), size=10**6
        )
    assert files(stores) == []
    assert not Upload.objects.exists()


def test_a_full_disk_is_told_and_leaves_no_trace(ana: User, stores: Path) -> None:
    with largest_file(1024 * 1024), pytest.raises(StorageFailed):
        send(ana, b"x" * 3 * 1024 * 1024)
    assert files(stores) == []
    assert not Upload.objects.exists()


def test_nobody_fills_the_quarantine(ana: User, ben: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_WAITING_PER_OWNER", 2)
    send(ana)
    send(ana)
    with pytest.raises(TooManyWaiting):
        send(ana)
    send(ben)


def test_an_unknown_purpose_is_refused(ana: User) -> None:
    with pytest.raises(FileRefused):
        services.receive_upload(
            owner_id=ana.pk, purpose="party", name="a.txt", stream=io.BytesIO(b"x"), size=1
        )


# ── checking ───────────────────────────────────────────────────────────────────────────────


def test_clamd_clears_a_harmless_file(
    ana: User, clamd: ClamdServer, stores: Path, heard: list[object]
) -> None:
    bind_engine(clamd.engine())
    card = send(ana)
    assert services.scan_upload(card.id) is Verdict.CLEAN
    row = Upload.objects.get(pk=card.id)
    assert row.decided_at is not None
    assert row.signature_version.startswith("ClamAV")
    assert heard == [UploadCleared(upload_id=card.id, purpose="answer")]
    assert files(stores / "clean") == [str(card.id)]
    assert files(stores / "quarantine") == []
    report = ScanReport.objects.get(upload=row)
    assert (report.outcome, report.sha256) == ("clean", row.sha256)


@pytest.mark.parametrize(
    ("content", "name"),
    [(eicar(), "virus.txt"), (zip_of({"inner.txt": eicar()}), "virus.zip")],
    ids=["plain", "zip"],
)
@pytest.mark.usefixtures("clamd_bound")
def test_clamd_condemns_the_test_virus(
    ana: User, stores: Path, heard: list[object], content: bytes, name: str
) -> None:
    card = send(ana, content, name)
    assert services.scan_upload(card.id) is Verdict.INFECTED
    assert heard == [UploadRejected(upload_id=card.id, purpose="answer")]
    assert files(stores / "clean") == []
    with pytest.raises(NotClean):
        services.open_upload(card.id, viewer_id=ana.pk)
    entry = AuditEntry.objects.get(action="upload.rejected")
    assert entry.subject == f"upload:{card.id}"


def test_a_frozen_clamd_leaves_the_file_waiting_and_it_is_checked_when_it_returns(
    ana: User, own_clamd: ClamdServer
) -> None:
    bind_engine(own_clamd.engine(timeout_seconds=1.0))
    card = send(ana)
    own_clamd.freeze()
    try:
        assert services.scan_upload(card.id) is Verdict.QUARANTINED
        assert services.requeue_waiting() == 0
    finally:
        own_clamd.thaw()
    with time_machine.travel(clock.now() + timedelta(seconds=10), tick=True):
        assert services.requeue_waiting() == 1
        assert services.scan_upload(card.id) is Verdict.CLEAN


def test_without_a_scanner_it_stays_in_quarantine(ana: User, stores: Path) -> None:
    card = send(ana)
    assert services.scan_upload(card.id) is Verdict.QUARANTINED
    assert files(stores) == [str(card.id)]
    report = ScanReport.objects.get()
    assert (report.engine, report.outcome) == ("none", "unavailable")
    assert services.requeue_waiting() == 0


def test_an_engine_that_fails_halfway_gives_the_file_back(ana: User) -> None:
    bind_engine(Scripted(EngineUnavailable("hung"), CLEAN))
    card = send(ana)
    assert services.scan_upload(card.id) is Verdict.QUARANTINED
    row = Upload.objects.get(pk=card.id)
    assert row.next_scan_at is not None
    assert row.next_scan_at > clock.now()
    assert services.scan_upload(card.id) is Verdict.CLEAN


def test_a_file_replaced_before_its_check_is_refused_even_if_harmless(
    ana: User, stores: Path, heard: list[object]
) -> None:
    bind_engine(Scripted(CLEAN))
    card = send(ana)
    replace_quarantined(stores, card.id, b"another")
    assert services.scan_upload(card.id) is Verdict.REFUSED
    assert Upload.objects.get(pk=card.id).reason == "changed"
    assert heard == [UploadRejected(upload_id=card.id, purpose="answer")]


def test_a_file_replaced_after_its_check_is_refused(ana: User, stores: Path) -> None:
    class Swaps(Scripted):
        def scan(self, stream: Readable, size: int) -> ScanOutcome:
            outcome = super().scan(stream, size)
            path = stores / "quarantine" / str(card.id)
            path.unlink()  # a new file under the same name: the open one keeps its old bytes
            path.write_bytes(b"smuggled")
            return outcome

    bind_engine(Swaps(CLEAN))
    card = send(ana)
    assert services.scan_upload(card.id) is Verdict.REFUSED
    assert files(stores / "clean") == []


def test_an_engine_that_did_not_read_everything_clears_nothing(ana: User) -> None:
    class Lazy(Scripted):
        def scan(self, stream: Readable, size: int) -> ScanOutcome:
            stream.read(3)
            return CLEAN

    bind_engine(Lazy())
    card = send(ana)
    assert services.scan_upload(card.id) is Verdict.REFUSED


def test_a_full_disk_at_promotion_gives_the_file_back(ana: User, stores: Path) -> None:
    bind_engine(Scripted(CLEAN, CLEAN))
    card = send(ana, b"x" * 3 * 1024 * 1024)
    with largest_file(1024 * 1024):
        assert services.scan_upload(card.id) is Verdict.QUARANTINED
    assert files(stores) == [str(card.id)]
    assert services.scan_upload(card.id) is Verdict.CLEAN


def test_a_missing_file_is_not_decided_about(ana: User, stores: Path) -> None:
    bind_engine(Scripted(CLEAN))
    card = send(ana)
    (stores / "quarantine" / str(card.id)).unlink()
    assert services.scan_upload(card.id) is Verdict.QUARANTINED


def test_a_second_worker_leaves_a_running_scan_alone(ana: User, heard: list[object]) -> None:
    class Nested(Scripted):
        def scan(self, stream: Readable, size: int) -> ScanOutcome:
            self.inner = services.scan_upload(card.id)
            return super().scan(stream, size)

    engine = Nested(CLEAN)
    bind_engine(engine)
    card = send(ana)
    assert services.scan_upload(card.id) is Verdict.CLEAN
    assert engine.inner is Verdict.SCANNING
    assert len(heard) == 1


def test_a_worker_that_went_silent_is_replaced_and_can_no_longer_decide(
    ana: User, heard: list[object]
) -> None:
    class Slow(Scripted):
        def scan(self, stream: Readable, size: int) -> ScanOutcome:
            late = clock.now() + SCAN_LEASE + timedelta(seconds=1)
            with time_machine.travel(late):
                bind_engine(Scripted(ScanOutcome(Finding.INFECTED, "Found.By.Second")))
                assert services.requeue_waiting() == 1
                assert services.scan_upload(card.id) is Verdict.INFECTED
            return super().scan(stream, size)

    bind_engine(Slow(CLEAN))
    card = send(ana)
    assert services.scan_upload(card.id) is Verdict.INFECTED
    assert heard == [UploadRejected(upload_id=card.id, purpose="answer")]
    with pytest.raises(NotClean):
        services.open_upload(card.id, viewer_id=ana.pk)


def test_a_worker_that_went_silent_cannot_decide_while_its_successor_still_looks(
    ana: User, heard: list[object]
) -> None:
    class Slow(Scripted):
        def scan(self, stream: Readable, size: int) -> ScanOutcome:
            with time_machine.travel(clock.now() + SCAN_LEASE + timedelta(seconds=1)):
                assert services._claim(card.id) is not None
            return super().scan(stream, size)

    bind_engine(Slow(CLEAN))
    card = send(ana)
    assert services.scan_upload(card.id) is Verdict.SCANNING
    assert heard == []
    with pytest.raises(NotClean):
        services.open_upload(card.id, viewer_id=ana.pk)


def test_a_decided_upload_is_not_scanned_again(ana: User) -> None:
    engine = Scripted(CLEAN)
    bind_engine(engine)
    card = send(ana)
    services.scan_upload(card.id)
    assert services.scan_upload(card.id) is Verdict.CLEAN
    assert len(engine.seen) == 1


# ── asking again ───────────────────────────────────────────────────────────────────────────


def test_what_waits_is_asked_for_once_the_engine_answers(ana: User) -> None:
    engine = Scripted(is_up=False)
    bind_engine(engine)
    cards = [send(ana) for _ in range(3)]
    for card in cards:
        services.scan_upload(card.id)
    later = clock.now() + timedelta(seconds=30)
    with time_machine.travel(later):
        assert services.requeue_waiting() == 0
        engine.is_up = True
        assert services.requeue_waiting() == 3
        assert services.requeue_waiting() == 0  # asked already


def test_a_fresh_upload_is_not_asked_for_twice(ana: User) -> None:
    bind_engine(Scripted())
    send(ana)
    assert services.requeue_waiting() == 0
    assert OutboxEntry.objects.filter(state=JobState.WAITING).count() == 1


def test_the_job_runs_through_the_outbox(ana: User) -> None:
    from scanner.tasks import scan_upload  # noqa: PLC0415 the task under test, by its name

    bind_engine(Scripted(CLEAN))
    card = send(ana)
    entry = OutboxEntry.objects.get()
    scan_upload(outbox_id=str(entry.pk), **entry.kwargs)
    entry.refresh_from_db()
    assert entry.state == JobState.DONE
    assert Upload.objects.get(pk=card.id).state == Verdict.CLEAN
    assert not outbox.begin(entry.pk)


# ── giving out ─────────────────────────────────────────────────────────────────────────────


def test_only_clean_content_is_given_out_and_only_to_its_readers(ana: User, olga: User) -> None:
    bind_engine(Scripted(CLEAN))
    card = send(ana)
    with pytest.raises(NotClean):
        services.open_upload(card.id, viewer_id=ana.pk)
    services.scan_upload(card.id)
    with services.open_upload(card.id, viewer_id=ana.pk).file as file:
        assert file.read() == b"an essay"
    with pytest.raises(UploadNotFound):
        services.open_upload(card.id, viewer_id=olga.pk)
    with pytest.raises(UploadNotFound):
        services.open_upload(uuid4(), viewer_id=ana.pk)


def test_clean_content_that_was_changed_is_taken_back(
    ana: User, stores: Path, heard: list[object]
) -> None:
    bind_engine(Scripted(CLEAN))
    card = send(ana)
    services.scan_upload(card.id)
    (stores / "clean" / str(card.id)).write_bytes(b"tampered")
    with pytest.raises(NotClean):
        services.open_upload(card.id, viewer_id=ana.pk)
    row = Upload.objects.get(pk=card.id)
    assert (row.state, row.reason) == (Verdict.REFUSED, "changed")
    assert heard[-1] == UploadRejected(upload_id=card.id, purpose="answer")
    assert AuditEntry.objects.filter(action="upload.rejected").count() == 1


# ── forgetting ─────────────────────────────────────────────────────────────────────────────


def test_rejected_bytes_are_deleted_after_the_hold(ana: User, stores: Path) -> None:
    bind_engine(Scripted(ScanOutcome(Finding.INFECTED, "Bad"), CLEAN))
    bad, good = send(ana), send(ana)
    services.scan_upload(bad.id)
    services.scan_upload(good.id)
    assert services.purge_old() == 0
    with time_machine.travel(clock.now() + services.HOLD + timedelta(hours=1)):
        assert services.purge_old() == 1
    assert Upload.objects.get(pk=bad.id).state == Verdict.PURGED
    assert files(stores) == [str(good.id)]


def test_files_without_a_row_are_deleted_when_old(ana: User, stores: Path) -> None:
    bind_engine(Scripted(CLEAN))
    waiting, clean = send(ana), send(ana)
    services.scan_upload(clean.id)
    left_behind = stores / "quarantine" / str(clean.id)
    left_behind.write_bytes(b"a copy that outlived a crash")
    for name in (str(uuid4()), f"{uuid4()}.part"):
        (stores / "quarantine" / name).write_bytes(b"orphan")
    assert services.purge_old() == 0
    for path in stores.rglob("*"):
        os.utime(path, (0, 0))
    assert services.purge_old() == 3
    assert files(stores / "quarantine") == [str(waiting.id)]
    assert files(stores / "clean") == [str(clean.id)]


def test_storage_and_row_agree_after_a_crash_before_the_row(ana: User, stores: Path) -> None:
    """Promotion done, verdict not written: the next scan simply promotes again."""
    bind_engine(Scripted(CLEAN))
    card = send(ana)
    storage.promote(card.id, sha256=card.sha256)
    with pytest.raises(NotClean):
        services.open_upload(card.id, viewer_id=ana.pk)
    assert services.scan_upload(card.id) is Verdict.CLEAN
