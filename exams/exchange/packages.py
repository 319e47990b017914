"""Zip packages sent by people: bounded in every direction, read in memory, never written to disk."""

import posixpath
import struct
import zlib
from enum import StrEnum
from io import BytesIO
from typing import Final
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile, ZipInfo

SIGNS: Final = (b"PK\x03\x04", b"PK\x05\x06")
MAX_ENTRIES: Final = 5000
MAX_TOTAL_BYTES: Final = 100 * 1024 * 1024  # of all entries together, as they say themselves
MAX_READ_BYTES: Final = 20 * 1024 * 1024  # of the entries that were looked into
_ARCHIVES: Final = (".zip", ".imscc", ".jar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar")
_ENCRYPTED: Final = 0x1
_LINK: Final = 0xA000
# All that a broken archive makes the reader raise.
_BROKEN: Final = (
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
)


class PackageFault(StrEnum):
    """Why a package or a part of it is not read. Texts for people are made at the edge."""

    BROKEN = "package_broken"
    TOO_MANY_ENTRIES = "package_too_many_entries"
    TOO_LARGE = "package_too_large"
    UNSAFE_NAME = "package_unsafe_name"
    ENCRYPTED = "package_encrypted"
    NESTED = "package_nested"
    TWICE = "package_twice"
    MISSING = "package_missing"


class PackageRefused(Exception):
    """The package, or one entry of it, is not read; `detail` names the entry or the limit."""

    def __init__(self, fault: PackageFault, detail: str = "") -> None:
        self.fault, self.detail = fault, detail[:200]
        super().__init__(f"{fault.value} {self.detail}".strip())


class Package:
    """A zip archive whose directory has been checked; entries are read when they are asked for."""

    def __init__(self, data: bytes) -> None:
        """Read the directory.

        Raises:
            PackageRefused: Something in it is not allowed.
        """
        try:
            self._zip = ZipFile(BytesIO(data))
        except _BROKEN:
            raise PackageRefused(PackageFault.BROKEN) from None
        self._entries = _checked(self._zip.infolist())
        self._left = MAX_READ_BYTES

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all files, in the order of the archive."""
        return tuple(self._entries)

    def read(self, name: str, limit: int) -> bytes:
        """Return the content of a file.

        Raises:
            PackageRefused: It is missing, broken, an archive itself, or above the limit.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise PackageRefused(PackageFault.MISSING, name)
        if entry.file_size > min(limit, self._left):
            raise PackageRefused(PackageFault.TOO_LARGE, name)
        try:
            with self._zip.open(entry) as opened:
                content = opened.read(limit + 1)
        except _BROKEN:
            raise PackageRefused(PackageFault.BROKEN, name) from None
        self._left -= len(content)
        if content.startswith(SIGNS):
            raise PackageRefused(PackageFault.NESTED, name)
        return content


def resolve(base: str, href: str) -> str:
    """Return the name of the entry that `href`, written in the entry `base`, means.

    Empty when it leads outside of the package.
    """
    path = unquote(href.partition("#")[0].partition("?")[0])
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
    return "" if not path or "://" in path or not _is_safe(joined) else joined


def _checked(entries: list[ZipInfo]) -> dict[str, ZipInfo]:
    if len(entries) > MAX_ENTRIES:
        raise PackageRefused(PackageFault.TOO_MANY_ENTRIES, str(MAX_ENTRIES))
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise PackageRefused(PackageFault.TOO_LARGE, str(MAX_TOTAL_BYTES))
    checked: dict[str, ZipInfo] = {}
    for entry in entries:
        _check(entry)
        if entry.filename in checked:
            raise PackageRefused(PackageFault.TWICE, entry.filename)
        if not entry.is_dir():
            checked[entry.filename] = entry
    return checked


def _check(entry: ZipInfo) -> None:
    name = entry.orig_filename
    if not _is_safe(name) or (entry.external_attr >> 16) & 0xF000 == _LINK:
        raise PackageRefused(PackageFault.UNSAFE_NAME, name)
    if entry.flag_bits & _ENCRYPTED:
        raise PackageRefused(PackageFault.ENCRYPTED, name)
    if name.lower().endswith(_ARCHIVES):
        raise PackageRefused(PackageFault.NESTED, name)


def _is_safe(name: str) -> bool:
    """Whether a name stays inside: no root, no way up, no drive, no backslash, no control sign."""
    parts = name.split("/")
    return (
        not name.startswith("/")
        and ".." not in parts
        and not any(char in name for char in "\\:")
        and name.isprintable()
    )
