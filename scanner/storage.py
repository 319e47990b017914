"""The two stores of uploads: quarantine (as received) and clean (as checked).

A file is named by its upload's id alone. Nothing is acknowledged before file and folder are
flushed; whatever goes wrong, no partial file stays. Both stores leave the last part of the disk
to the database, which stops without it: a file can be sent again, an exam cannot. The state in the row decides what may be
given out, so a file without a row, or ahead of it, is harmless.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings

from scanner.errors import FileTooLarge, FileUnreadable, StorageFailed, UploadAborted

CHUNK_BYTES: Final = 64 * 1024
PART: Final = ".part"


class Readable(Protocol):
    """Anything bytes can be read from: a socket's body, an uploaded file."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; empty at the end."""


class ContentChanged(Exception):
    """The stored bytes are not those with the expected hash."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was really written."""

    size: int
    sha256: str


def store_quarantined(upload_id: UUID, stream: Readable, *, limit_bytes: int) -> Stored:
    """Write the stream to quarantine, hashing as it goes; durable when this returns.

    Raises:
        FileTooLarge: More than `limit_bytes` came; nothing was kept.
        UploadAborted: The stream broke off; nothing was kept.
        StorageFailed: The disk refused, or is needed for the database; nothing was kept.
    """
    try:
        with ExitStack() as undo:
            path = _folder(settings.QUARANTINE_DIR) / str(upload_id)
            stored = _write(path, stream, limit_bytes, undo)
            undo.pop_all()
    except OSError as error:
        raise StorageFailed(errno=error.errno) from error
    return stored


def promote(upload_id: UUID, *, sha256: str) -> None:
    """Copy the quarantined file to the clean store, only if it still has this hash.

    A copy, not a rename: whoever could replace the file after it was checked could otherwise
    smuggle other bytes in. The quarantined file stays until the row says clean.

    Raises:
        ContentChanged: The bytes differ from those that were received; nothing was kept.
        StorageFailed: The disk refused; nothing was kept.
    """
    try:
        with ExitStack() as undo, open_quarantined(upload_id) as source:
            path = _folder(settings.CLEAN_DIR) / str(upload_id)
            copied = _write(path, source, None, undo)
            if copied.sha256 != sha256:
                raise ContentChanged(str(upload_id))
            undo.pop_all()
    except (OSError, UploadAborted) as error:
        raise StorageFailed from error


def open_quarantined(upload_id: UUID) -> BufferedReader:
    """Open the file as received.

    Raises:
        OSError: It is gone, or is not a plain file any more.
    """
    return _open(Path(settings.QUARANTINE_DIR) / str(upload_id))


def open_clean(upload_id: UUID, *, sha256: str) -> BufferedReader:
    """Open the checked file, positioned at its start, after reading it whole against its hash.

    A disk that fails or a folder that is not mounted says nothing of the bytes: only a whole
    read that ends with another hash is a change.

    Raises:
        ContentChanged: It was read whole, and its bytes are not those that were checked.
        FileUnreadable: It could not be read; it may be whole, and readable in a moment.
    """
    try:
        with ExitStack() as undo:
            file = undo.enter_context(_open(Path(settings.CLEAN_DIR) / str(upload_id)))
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise ContentChanged(str(upload_id))
            file.seek(0)
            undo.pop_all()
    except OSError as error:
        raise FileUnreadable(errno=error.errno) from error
    return file


def discard(upload_id: UUID, *, clean: bool = True) -> None:
    """Delete the quarantined file and, unless told otherwise, the clean one. Twice is fine."""
    (Path(settings.QUARANTINE_DIR) / str(upload_id)).unlink(missing_ok=True)
    if clean:
        (Path(settings.CLEAN_DIR) / str(upload_id)).unlink(missing_ok=True)


def names_before(instant: datetime) -> Iterator[Path]:
    """Yield every stored file last written before `instant`, partial ones included."""
    for folder in (Path(settings.QUARANTINE_DIR), Path(settings.CLEAN_DIR)):
        if folder.is_dir():
            for path in folder.iterdir():
                if path.stat(follow_symlinks=False).st_mtime < instant.timestamp():
                    yield path


def _write(path: Path, stream: Readable, limit_bytes: int | None, undo: ExitStack) -> Stored:
    _require_room(path.parent)
    part = path.with_name(path.name + PART)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    undo.callback(part.unlink, missing_ok=True)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        while chunk := _read(stream):
            size += len(chunk)
            if limit_bytes is not None and size > limit_bytes:
                raise FileTooLarge(limit_bytes=limit_bytes)
            digest.update(chunk)
            _write_all(file.fileno(), chunk)
        os.fsync(file.fileno())
    part.replace(path)
    undo.callback(path.unlink, missing_ok=True)
    _flush_folder(path.parent)
    return Stored(size, digest.hexdigest())


def _require_room(folder: Path) -> None:
    if shutil.disk_usage(folder).free < settings.DISK_RESERVE_BYTES:
        raise OSError(errno.ENOSPC, "the rest of this disk is kept for the database", str(folder))


def _read(stream: Readable) -> bytes:
    try:
        return stream.read(CHUNK_BYTES)
    except OSError as error:
        raise UploadAborted from error


def _write_all(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:  # a nearly full disk takes a part of a chunk before it refuses
        rest = rest[os.write(descriptor, rest) :]


def _open(path: Path) -> BufferedReader:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _flush_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
