"""The two stores: durable, hashed, bounded, and without a trace of what failed."""

import errno
import hashlib
import io
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BufferedReader, FileIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings

from scanner import storage
from scanner.errors import FileTooLarge, FileUnreadable, StorageFailed, UploadAborted
from scanner.storage import ContentChanged

KIB = 1024


def store(content: bytes, limit_bytes: int = 10 * KIB * KIB) -> tuple[UUID, storage.Stored]:
    upload_id = uuid4()
    return upload_id, storage.store_quarantined(
        upload_id, io.BytesIO(content), limit_bytes=limit_bytes
    )


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


class BreaksOff:
    """A stream whose connection is lost after a while."""

    def __init__(self, good: int) -> None:
        self.left = good

    def read(self, size: int = -1, /) -> bytes:
        if self.left <= 0:
            raise ConnectionResetError
        self.left -= 1
        return b"x" * max(size, 1)


@contextmanager
def largest_file(limit_bytes: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [1, 64 * KIB, 64 * KIB + 1, 300 * KIB])
def test_what_is_stored_is_what_came_with_its_hash(stores: Path, size: int) -> None:
    content = os.urandom(size)
    upload_id, stored = store(content)
    assert stored == storage.Stored(size, hashlib.sha256(content).hexdigest())
    with storage.open_quarantined(upload_id) as file:
        assert file.read() == content
    assert files(stores) == [str(upload_id)]


def test_only_the_owner_of_the_process_can_read_the_stores(stores: Path) -> None:
    upload_id, _ = store(b"secret")
    path = stores / "quarantine" / str(upload_id)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_it_is_flushed_before_it_is_acknowledged(
    stores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []

    def fsync(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    monkeypatch.setattr(os, "fsync", fsync)
    upload_id, _ = store(b"x")
    assert flushed == [f"{upload_id}.part", "quarantine"]


def test_one_byte_too_many_leaves_nothing(stores: Path) -> None:
    with pytest.raises(FileTooLarge):
        store(b"x" * (100 * KIB + 1), limit_bytes=100 * KIB)
    assert files(stores) == []


def test_exactly_the_limit_is_stored(stores: Path) -> None:
    assert store(b"x" * 100 * KIB, limit_bytes=100 * KIB)[1].size == 100 * KIB


def test_a_lost_connection_leaves_nothing(stores: Path) -> None:
    with pytest.raises(UploadAborted):
        storage.store_quarantined(uuid4(), BreaksOff(5), limit_bytes=10**9)
    assert files(stores) == []


def test_a_disk_that_takes_no_more_leaves_nothing_and_acknowledges_nothing(stores: Path) -> None:
    with largest_file(1024 * KIB), pytest.raises(StorageFailed):
        store(b"x" * 3 * 1024 * KIB)
    assert files(stores) == []


def test_a_disk_that_takes_no_more_keeps_no_half_of_a_clean_copy(stores: Path) -> None:
    upload_id, stored = store(b"x" * 3 * 1024 * KIB)
    with largest_file(1024 * KIB), pytest.raises(StorageFailed):
        storage.promote(upload_id, sha256=stored.sha256)
    assert files(stores) == [str(upload_id)]


def test_the_last_part_of_the_disk_is_left_to_the_database(
    stores: Path, settings: LazySettings
) -> None:
    upload_id, stored = store(b"in time")
    settings.DISK_RESERVE_BYTES = shutil.disk_usage(stores).free + 1024 * 1024 * KIB
    with pytest.raises(StorageFailed):
        store(b"one more")
    with pytest.raises(StorageFailed):
        storage.promote(upload_id, sha256=stored.sha256)
    assert files(stores) == [str(upload_id)]


def test_promotion_copies_the_very_bytes(stores: Path) -> None:
    upload_id, stored = store(b"clean")
    storage.promote(upload_id, sha256=stored.sha256)
    with storage.open_clean(upload_id, sha256=stored.sha256) as file:
        assert file.read() == b"clean"


def test_promotion_twice_is_fine(stores: Path) -> None:
    upload_id, stored = store(b"clean")
    storage.promote(upload_id, sha256=stored.sha256)
    storage.promote(upload_id, sha256=stored.sha256)
    assert files(stores) == [str(upload_id)] * 2


def test_what_was_replaced_is_not_promoted(stores: Path) -> None:
    upload_id, stored = store(b"clean")
    (stores / "quarantine" / str(upload_id)).write_bytes(b"other")
    with pytest.raises(ContentChanged):
        storage.promote(upload_id, sha256=stored.sha256)
    assert files(stores / "clean") == []


def test_a_link_in_place_of_the_file_is_not_followed(stores: Path) -> None:
    upload_id, stored = store(b"clean")
    secret = stores / "secret"
    secret.write_bytes(b"clean")
    path = stores / "quarantine" / str(upload_id)
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(StorageFailed):
        storage.promote(upload_id, sha256=stored.sha256)
    with pytest.raises(OSError, match="symbolic links"):
        storage.open_quarantined(upload_id)


def test_a_clean_file_that_was_changed_is_not_opened(stores: Path) -> None:
    upload_id, stored = store(b"clean")
    storage.promote(upload_id, sha256=stored.sha256)
    (stores / "clean" / str(upload_id)).write_bytes(b"dirty")
    with pytest.raises(ContentChanged):
        storage.open_clean(upload_id, sha256=stored.sha256)


def test_a_clean_file_that_is_not_there_is_not_called_changed() -> None:
    with pytest.raises(FileUnreadable):
        storage.open_clean(uuid4(), sha256="0" * 64)


def test_a_disk_that_fails_in_the_middle_of_a_clean_file_is_not_called_a_change(
    stores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id, stored = store(b"clean")
    storage.promote(upload_id, sha256=stored.sha256)
    opened: list[BufferedReader] = []

    class Fails(BufferedReader):
        def readinto(self, _buffer: object, /) -> int:
            raise OSError(errno.EIO, "Input/output error")

    def open_failing(path: Path) -> BufferedReader:
        opened.append(Fails(FileIO(path)))
        return opened[0]

    monkeypatch.setattr(storage, "_open", open_failing)
    with pytest.raises(FileUnreadable):
        storage.open_clean(upload_id, sha256=stored.sha256)
    assert opened[0].closed


def test_discarding_twice_is_fine(stores: Path) -> None:
    upload_id, stored = store(b"x")
    storage.promote(upload_id, sha256=stored.sha256)
    storage.discard(upload_id, clean=False)
    assert files(stores / "clean") == [str(upload_id)]
    storage.discard(upload_id)
    storage.discard(upload_id)
    assert files(stores) == []


def test_old_files_are_listed_and_fresh_ones_not(stores: Path) -> None:
    old, _ = store(b"old")
    store(b"fresh")
    os.utime(stores / "quarantine" / str(old), (0, 0))
    before = datetime(2001, 1, 1, tzinfo=UTC)
    assert [path.name for path in storage.names_before(before)] == [str(old)]
