"""Receiving uploads, giving out what is clean, forgetting the rest."""

import errno
import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.conf import LazySettings

from accounts.models import User
from kernel import clock
from kernel.models import AuditEntry, OutboxEntry
from scanner import services, storage
from scanner.domain import Verdict
from scanner.engines.base import Finding, ScanOutcome, bind_engine
from scanner.errors import (
    FileRefused,
    FileTooLarge,
    FileUnreadable,
    NotClean,
    StorageFailed,
    TooManyWaiting,
    TooMuchToday,
    UploadAborted,
    UploadNotFound,
)
from scanner.events import UploadRejected
from scanner.models import Upload
from scanner.tests.cast import CLEAN, Scripted, send
from scanner.tests.test_storage import BreaksOff, files, largest_file

pytestmark = pytest.mark.django_db


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


def test_nobody_fills_the_disk_with_files_that_were_checked(
    ana: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_BYTES_PER_OWNER_A_DAY", 20)
    yesterday = send(ana, b"x" * 20)
    day = timedelta(days=1)
    Upload.objects.filter(pk=yesterday.id).update(received_at=clock.now() - day)
    send(ana, b"x" * 12)
    Upload.objects.update(state=Verdict.CLEAN, decided_at=clock.now())
    with pytest.raises(TooMuchToday):
        send(ana, b"x" * 9)
    send(ana, b"x" * 8)
    send(ben)


def test_an_unknown_purpose_is_refused(ana: User) -> None:
    with pytest.raises(FileRefused):
        services.receive_upload(
            owner_id=ana.pk, purpose="party", name="a.txt", stream=io.BytesIO(b"x"), size=1
        )


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


def refuse_to_open(error: int) -> Callable[..., int]:
    def refused(*_arguments: object, **_options: object) -> int:
        raise OSError(error, os.strerror(error))

    return refused


@pytest.mark.parametrize("error", [errno.EMFILE, errno.EIO, errno.EACCES, errno.ENOENT])
def test_a_passing_fault_of_the_disk_takes_no_clean_file_back(
    ana: User, stores: Path, heard: list[object], monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    bind_engine(Scripted(CLEAN))
    card = send(ana)
    services.scan_upload(card.id)
    told = len(heard)
    with monkeypatch.context() as fault:
        fault.setattr("scanner.storage.os.open", refuse_to_open(error))
        with pytest.raises(FileUnreadable):
            services.open_upload(card.id, viewer_id=ana.pk)
    assert Upload.objects.get(pk=card.id).state == Verdict.CLEAN
    assert len(heard) == told
    os.utime(stores / "clean" / str(card.id), (0, 0))
    assert services.purge_old() == 0
    with services.open_upload(card.id, viewer_id=ana.pk).file as file:
        assert file.read() == b"an essay"


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


def test_the_only_copy_of_what_was_taken_back_is_held_like_all_that_is_refused(
    ana: User, stores: Path
) -> None:
    bind_engine(Scripted(CLEAN))
    card = send(ana)
    services.scan_upload(card.id)
    path = stores / "clean" / str(card.id)
    path.write_bytes(b"tampered")
    with pytest.raises(NotClean):
        services.open_upload(card.id, viewer_id=ana.pk)
    os.utime(path, (0, 0))
    assert services.purge_old() == 0
    assert path.read_bytes() == b"tampered"
    with time_machine.travel(clock.now() + services.HOLD + timedelta(hours=1)):
        assert services.purge_old() == 1
    assert files(stores) == []


def test_files_without_a_row_are_deleted_when_old(ana: User, stores: Path) -> None:
    bind_engine(Scripted(CLEAN))
    waiting, clean = send(ana), send(ana)
    services.scan_upload(clean.id)
    left_behind = stores / "quarantine" / str(clean.id)
    left_behind.write_bytes(b"a copy that outlived a crash")
    for name in (str(uuid4()), f"{uuid4()}.part", "stray.txt"):
        (stores / "quarantine" / name).write_bytes(b"orphan")
    assert services.purge_old() == 0
    for path in stores.rglob("*"):
        os.utime(path, (0, 0))
    assert services.purge_old() == 4
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
