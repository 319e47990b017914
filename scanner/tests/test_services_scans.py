"""The checks of uploads, against a real database and a real clamd."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from accounts.models import User
from kernel import clock, outbox
from kernel.jobstates import JobState
from kernel.models import AuditEntry, OutboxEntry
from kernel.tests.machines import disagreements, moves_of_row
from scanner import services
from scanner.domain import SCAN_LEASE, Verdict, VerdictAction
from scanner.engines.base import (
    EngineUnavailable,
    Finding,
    NoEngine,
    ScanOutcome,
    bind_engine,
)
from scanner.engines.samples import zip_of
from scanner.errors import (
    CheckUnavailable,
    NotClean,
)
from scanner.events import UploadCleared, UploadRejected
from scanner.models import ScanReport, Upload
from scanner.services import HOLD
from scanner.storage import Readable
from scanner.tests.cast import CLEAN, Scripted, replace_quarantined, send
from scanner.tests.clamd_server import ClamdServer, eicar
from scanner.tests.test_domain import EXPECTED
from scanner.tests.test_storage import files, largest_file

pytestmark = pytest.mark.django_db


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


# ── the row ────────────────────────────────────────────────────────────────────────────────


def test_the_row_of_an_upload_moves_as_specified_and_not_otherwise(ana: User) -> None:
    card, long_ago = send(ana), clock.now() - HOLD - 2 * SCAN_LEASE
    rows = Upload.objects.filter(pk=card.id)
    rows.update(scan_started_at=long_ago, decided_at=long_ago)
    verdicts = {
        VerdictAction.CLEAR: CLEAN,
        VerdictAction.CONDEMN: ScanOutcome(Finding.INFECTED, "Eicar"),
        VerdictAction.REFUSE: ScanOutcome(Finding.REFUSED, "locked"),
    }

    def act(action: VerdictAction) -> bool:
        upload = rows.get()
        report = ScanReport(upload=upload, number=1, engine="none", started_at=long_ago)
        match action:
            case VerdictAction.BEGIN:
                return services._claim(card.id) is not None
            case VerdictAction.GIVE_BACK:
                services._give_back(upload, report, "down")
            case VerdictAction.RECALL:
                services._recall(card)
            case VerdictAction.PURGE:
                services.purge_old()
            case _:
                services.record_verdict(upload, report, verdicts[action])
        return rows.get().state != upload.state

    assert disagreements(moves_of_row(rows, act), EXPECTED) == []


def test_bytes_that_only_pass_through_are_checked_and_never_kept(ana: User, stores: Path) -> None:
    infected = ScanOutcome(Finding.INFECTED, "Eicar")
    bind_engine(Scripted(CLEAN, infected, EngineUnavailable("down")))
    assert services.check_passing_file(b"words")
    with pytest.raises(NotClean):
        services.check_passing_file(b"words")
    with pytest.raises(CheckUnavailable):
        services.check_passing_file(b"words")
    bind_engine(NoEngine())
    assert not services.check_passing_file(b"words")
    assert not Upload.objects.exists()
    assert files(stores) == []
