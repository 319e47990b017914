"""Rules of uploads: the life of a verdict, names, kinds and sizes (pure, no I/O)."""

import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.machine import Machine
from scanner.errors import FileRefused, FileTooLarge

MIB: Final = 1024 * 1024
MAX_NAME_CHARS: Final = 120
SCAN_LEASE: Final = timedelta(seconds=45)  # a scan whose worker went silent may be begun again
MAX_BACKOFF: Final = timedelta(minutes=5)


class Verdict(StrEnum):
    """Where one upload stands."""

    QUARANTINED = "quarantined"
    SCANNING = "scanning"
    CLEAN = "clean"
    INFECTED = "infected"
    REFUSED = "refused"
    PURGED = "purged"


class VerdictAction(StrEnum):
    """What may happen to it."""

    BEGIN = "begin"
    GIVE_BACK = "give_back"
    CLEAR = "clear"
    CONDEMN = "condemn"
    REFUSE = "refuse"
    RECALL = "recall"
    PURGE = "purge"


_V, _A = Verdict, VerdictAction

VERDICT: Machine[Verdict, VerdictAction] = Machine(
    name="upload",
    start=_V.QUARANTINED,
    moves={
        (_V.QUARANTINED, _A.BEGIN): _V.SCANNING,
        (_V.SCANNING, _A.BEGIN): _V.SCANNING,  # its lease ran out: the worker is gone
        (_V.SCANNING, _A.GIVE_BACK): _V.QUARANTINED,
        (_V.SCANNING, _A.CLEAR): _V.CLEAN,
        (_V.SCANNING, _A.CONDEMN): _V.INFECTED,
        (_V.SCANNING, _A.REFUSE): _V.REFUSED,
        (_V.CLEAN, _A.RECALL): _V.REFUSED,  # the stored bytes are no longer those checked
        (_V.INFECTED, _A.PURGE): _V.PURGED,
        (_V.REFUSED, _A.PURGE): _V.PURGED,
    },
    ends=frozenset({_V.PURGED}),
)


class Purpose(StrEnum):
    """What an upload is for; it decides kinds, size and who may read it."""

    ANSWER = "answer"
    CHAT = "chat"
    QUESTION = "question"
    ROSTER = "roster"


_OOXML: Final = "application/vnd.openxmlformats-officedocument"
_ODF: Final = "application/vnd.oasis.opendocument"
TEXT: Final = "text/plain"
ZIP: Final = "application/zip"

# extension → what its content must be
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "gif": "image/gif",
        "webp": "image/webp",
        "heic": "image/heic",
        "pdf": "application/pdf",
        "docx": f"{_OOXML}.wordprocessingml.document",
        "xlsx": f"{_OOXML}.spreadsheetml.sheet",
        "pptx": f"{_OOXML}.presentationml.presentation",
        "odt": f"{_ODF}.text",
        "ods": f"{_ODF}.spreadsheet",
        "odp": f"{_ODF}.presentation",
        "zip": ZIP,
        **dict.fromkeys(("txt", "md", "csv", "tex", "gift", "json"), TEXT),
        **dict.fromkeys(("py", "java", "c", "h", "cpp", "sql", "r", "m", "ipynb"), TEXT),
    }
)
_IMAGES: Final = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
_ALLOWED: Final[Mapping[Purpose, frozenset[str]]] = MappingProxyType(
    {
        Purpose.ANSWER: frozenset(KINDS),
        Purpose.CHAT: frozenset(KINDS),
        Purpose.QUESTION: _IMAGES | {"pdf", "txt", "gift", "csv", "zip"},
        Purpose.ROSTER: frozenset({"csv", "txt"}),
    }
)
_LIMIT_BYTES: Final[Mapping[Purpose, int]] = MappingProxyType(
    {
        Purpose.ANSWER: 25 * MIB,
        Purpose.CHAT: 10 * MIB,
        Purpose.QUESTION: 25 * MIB,
        Purpose.ROSTER: 5 * MIB,
    }
)

# Refused anywhere in a chain of suffixes: what a desktop runs, and what a browser renders.
PROGRAMS: Final = frozenset(
    [
        "exe",
        "scr",
        "bat",
        "cmd",
        "com",
        "pif",
        "msi",
        "msp",
        "dll",
        "cpl",
        "hta",
        "lnk",
        "reg",
        "vbs",
        "vbe",
        "js",
        "jse",
        "mjs",
        "wsf",
        "wsh",
        "ps1",
        "psm1",
        "sh",
        "bash",
        "jar",
        "apk",
        "app",
        "dmg",
        "iso",
        "docm",
        "dotm",
        "xlsm",
        "xltm",
        "xlam",
        "pptm",
        "potm",
        "ppam",
        "sldm",
    ]
)
MARKUP: Final = frozenset(
    [
        "html",
        "htm",
        "xhtml",
        "shtml",
        "svg",
        "svgz",
        "xml",
        "xsl",
        "mht",
        "mhtml",
        "php",
        "phtml",
        "asp",
        "aspx",
        "jsp",
        "cgi",
        "swf",
    ]
)


def parse_purpose(raw: str) -> Purpose:
    """Return the purpose of this name.

    Raises:
        FileRefused: `reason` purpose.
    """
    try:
        return Purpose(raw)
    except ValueError:
        raise FileRefused(reason="purpose") from None


def limit_bytes(purpose: Purpose, site_limit: int) -> int:
    """Return the largest size in bytes for this purpose, never above the site's own limit."""
    return min(_LIMIT_BYTES[purpose], site_limit)


def extensions_for(purpose: Purpose) -> tuple[str, ...]:
    """Return the extensions a person may choose, in alphabetical order."""
    return tuple(sorted(_ALLOWED[purpose]))


def check_size(size: int, limit: int) -> None:
    """Refuse an empty or too large file.

    Raises:
        FileRefused: `reason` empty.
        FileTooLarge: More than `limit` bytes.
    """
    if size <= 0:
        raise FileRefused(reason="empty")
    if size > limit:
        raise FileTooLarge(limit_bytes=limit)


def check_name(raw: str, purpose: Purpose) -> tuple[str, str]:
    """Return the name to show and its extension.

    The name is a label only; it never becomes part of a path. A name that tries to be a path, or
    that hides a program behind a harmless suffix, is refused rather than repaired.

    Raises:
        FileRefused: `reason` bad_name, double_extension or kind.
    """
    name = unicodedata.normalize("NFC", raw).strip()
    if not name or name[0] == "." or any(_is_bad(char) for char in name):
        raise FileRefused(reason="bad_name")
    stem, *suffixes = name.lower().split(".")
    if not stem.strip() or not suffixes:
        raise FileRefused(reason="kind")
    if (PROGRAMS | MARKUP).intersection(part.strip() for part in suffixes[:-1]):
        raise FileRefused(reason="double_extension")
    if suffixes[-1] not in _ALLOWED[purpose]:
        raise FileRefused(reason="kind", extension=suffixes[-1][:12])
    return _shortened(name, suffixes[-1]), suffixes[-1]


def check_kind(extension: str, sniffed: str) -> None:
    """Refuse content that is not what the name says.

    Raises:
        FileRefused: `reason` content.
    """
    if KINDS.get(extension) != sniffed:
        raise FileRefused(reason="content", sniffed=sniffed)


def backoff(attempts: int) -> timedelta:
    """Return the pause after the `attempts`-th failed check: 2 s, 4 s … 5 min."""
    return min(timedelta(seconds=2 ** min(attempts, 16)), MAX_BACKOFF)


def _is_bad(char: str) -> bool:
    # Cc, Cf (direction overrides hide the real suffix), Co, Cn, Cs, line and paragraph separators
    return char in '/\\:*?"<>|' or (unicodedata.category(char) in _BAD and char not in _JOINERS)


_BAD: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
_JOINERS: Final = "\u200c\u200d"  # zero-width (non-)joiner: ordinary Persian spelling


def _shortened(name: str, extension: str) -> str:
    if len(name) <= MAX_NAME_CHARS:
        return name
    keep = MAX_NAME_CHARS - len(extension) - 2
    return f"{name[:keep].rstrip()}….{extension}"
