"""Rules of the class chat without any I/O: kinds, names of rooms, what a message may contain."""

import unicodedata
from enum import StrEnum
from typing import Final

from chat.errors import MessageRefused

MAX_BODY_CHARS: Final = 2000
MAX_SLUG_CHARS: Final = 120
PAGE: Final = 50  # messages of one page of history
RESUME_LIMIT: Final = 200  # a client that missed more starts from the newest page again


class RoomKind(StrEnum):
    """For whom a room is."""

    CLASS = "class"
    STAFF = "staff"


class MessageKind(StrEnum):
    """What a line of the log is.

    TEXT is the only kind a person writes. LOCK and UNLOCK mark the seal of a sitting. SYSTEM says
    that an earlier message changed (`target_seq`), so that a client that was away hears of it.
    """

    TEXT = "text"
    LOCK = "lock"
    UNLOCK = "unlock"
    SYSTEM = "system"


def slug_of(institution_code: str, class_code: str, kind: RoomKind) -> str:
    """Return the readable name of a room, the same for every spelling of the two codes.

    Letters and digits of every script are kept: a Persian class name does not become empty.
    """
    parts = [_fold(institution_code), _fold(class_code)]
    if kind is not RoomKind.CLASS:
        parts.append(kind.value)
    return "/".join(parts)[:MAX_SLUG_CHARS]


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    words = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in folded)
    return "-".join(words.split()) or "x" + folded.encode().hex()


def clean_body(raw: str, *, has_attachment: bool) -> str:
    """Return the text to store: composed, without control characters, trimmed.

    Joiners and direction marks stay (ordinary Persian needs them); a page isolates each message,
    so they cannot reach beyond it.

    Raises:
        MessageRefused: `reason` empty (and no attachment) or too_long.
    """
    composed = unicodedata.normalize("NFC", raw.replace("\r\n", "\n"))
    text = "".join(char for char in composed if char in "\n\t" or not _is_control(char)).strip()
    if not any(_is_visible(char) for char in text):
        text = ""
    if not text and not has_attachment:
        raise MessageRefused(reason="empty")
    if len(text) > MAX_BODY_CHARS:
        raise MessageRefused(reason="too_long", limit=MAX_BODY_CHARS)
    return text


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] not in "CZ"
