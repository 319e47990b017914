"""What a received file really is: read from its bytes, never from what the client claims."""

import codecs
import re
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO, Final

import filetype  # type: ignore[import-untyped] # the package has no types

from scanner.domain import KINDS, MIB, PROGRAMS, TEXT, ZIP
from scanner.errors import FileRefused

HEAD_BYTES: Final = 8192
CHUNK_BYTES: Final = 64 * 1024
MAX_ENTRIES: Final = 2000
MAX_DIRECTORY_BYTES: Final = MIB
MAX_UNPACKED_BYTES: Final = 300 * MIB
MAX_RATIO: Final = 200

_EOCD: Final = b"PK\x05\x06"
_EOCD_TAIL: Final = 22 + 65535  # the record and its longest comment
_MARKUP_STARTS: Final = (
    "<!doctype",
    "<html",
    "<head",
    "<body",
    "<svg",
    "<script",
    "<?xml",
    "<?php",
)
_ENCRYPTED: Final = 0x1
# What reading an entry of a forged archive raises: bad data, an unknown method or version.
_BROKEN_ENTRY: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")  # none in a page of text
_SAME: Final = {"image/apng": "image/png"}
_OFFICE_PARTS: Final = {
    "word/document.xml": KINDS["docx"],
    "xl/workbook.xml": KINDS["xlsx"],
    "ppt/presentation.xml": KINDS["pptx"],
}


def sniff(stream: BinaryIO, extension: str) -> str:
    """Return the MIME type of the content; the stream is left at an unknown position.

    Args:
        stream: Seekable, readable.
        extension: From domain.check_name; it only chooses which question is asked first, because
            two letters of ordinary text may look like the magic of a picture.

    Raises:
        FileRefused: `reason` content, active_content, polyglot, encrypted, macros, or archive.
    """
    if KINDS.get(extension) == TEXT:
        _check_text(stream)
        return TEXT
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if head.startswith(b"PK\x03\x04"):
        return _archive_kind(stream)
    found: str | None = filetype.guess_mime(head)
    if found is None:
        raise FileRefused(reason="content", sniffed="unknown")
    if _directory_of(stream) is not None:
        raise FileRefused(reason="polyglot")
    return _SAME.get(found, found)


def _check_text(stream: BinaryIO) -> None:
    stream.seek(0)
    first = stream.read(CHUNK_BYTES)
    codec = "utf-16" if first[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(codec)()
    chunk, start = first, ""
    try:
        while chunk:
            text = decoder.decode(chunk)
            start = start or text.lstrip()[:16].lower()
            if _CONTROL.search(text):
                raise FileRefused(reason="content", sniffed="binary")
            chunk = stream.read(CHUNK_BYTES)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise FileRefused(reason="content", sniffed="binary") from None
    if start.startswith(_MARKUP_STARTS):
        raise FileRefused(reason="active_content")


def _archive_kind(stream: BinaryIO) -> str:
    directory = _directory_of(stream)
    if directory is None:
        raise FileRefused(reason="archive", detail="broken")
    names = {entry.filename for entry in directory}
    _check_entries(stream, directory)
    for part, mime in _OFFICE_PARTS.items():
        if part in names and "[Content_Types].xml" in names:
            return _without_macros(names, mime)
    if "mimetype" in names:
        return _open_document_kind(stream, names)
    if any(PurePosixPath(name).suffix.lower().lstrip(".") in PROGRAMS for name in names):
        raise FileRefused(reason="archive", detail="program")
    return ZIP


def _open_document_kind(stream: BinaryIO, names: set[str]) -> str:
    try:
        with zipfile.ZipFile(stream) as archive, archive.open("mimetype") as entry:
            said = entry.read(100).decode("ascii", "replace").strip()
    except _BROKEN_ENTRY:
        raise FileRefused(reason="archive", detail="broken") from None
    if said not in KINDS.values():
        raise FileRefused(reason="content", sniffed=ZIP)
    return _without_macros(names, said)


def _without_macros(names: set[str], mime: str) -> str:
    if any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in names):
        raise FileRefused(reason="macros")
    return mime


def _check_entries(stream: BinaryIO, directory: list[zipfile.ZipInfo]) -> None:
    size = stream.seek(0, 2)
    unpacked = sum(entry.file_size for entry in directory)
    if len(directory) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES:
        raise FileRefused(reason="archive", detail="too_large")
    if unpacked > MIB and unpacked > size * MAX_RATIO:
        raise FileRefused(reason="archive", detail="bomb")
    for entry in directory:
        if entry.flag_bits & _ENCRYPTED:
            raise FileRefused(reason="encrypted")
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename[:3]:
            raise FileRefused(reason="archive", detail="path")


def _directory_of(stream: BinaryIO) -> list[zipfile.ZipInfo] | None:
    """Return the entries of a ZIP directory at the end of the stream; None if there is none.

    Its size is read from the end record first: the library would build an object for every one
    of half a million entries before anybody could count them.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _EOCD_TAIL))
    tail = stream.read()
    at = tail.rfind(_EOCD)
    if at < 0 or len(tail) - at < 22:
        return None
    (directory_bytes,) = struct.unpack_from("<I", tail, at + 12)
    if directory_bytes > MAX_DIRECTORY_BYTES:
        raise FileRefused(reason="archive", detail="too_large")
    try:
        with zipfile.ZipFile(stream) as archive:
            return archive.infolist() or None
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
