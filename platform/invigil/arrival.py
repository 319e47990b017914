"""How much of a request has arrived: enough of HTTP/1.1 to tell a whole request from a part of one.

Nothing is decided here about what a request means; gunicorn's parser does that, and refuses what
is ill-formed. No I/O.
"""

import re
from enum import Enum
from typing import Final

HEAD_END: Final = b"\r\n\r\n"
HEAD_LIMIT_BYTES: Final = 64 * 1024  # browsers and proxies stop at 8 to 32 KiB
WHOLE_LIMIT_BYTES: Final = 1024 * 1024  # as DATA_UPLOAD_MAX_MEMORY_SIZE: what a form may weigh
LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
# Lengths that only the end tells, and bodies that wait for a word from us.
OPEN_ENDED: Final = re.compile(rb"\r\n(?:transfer-encoding|expect)[ \t]*:", re.IGNORECASE)
DIGITS_LIMIT: Final = 15  # a petabyte


class Progress(Enum):
    """How far a request has come."""

    PARTIAL = "partial"
    WHOLE = "whole"  # head and body are here: reading them waits for nobody
    LONG = "long"  # the head is here; the body is too long to be kept in memory
    ENDLESS = "endless"  # a head that is longer than any browser's


class Arrival:
    """The bytes of one request, as they come; possibly more than one request's, at the end."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)
        self._searched_bytes = 0
        self._head_bytes = 0  # 0: its end has not come
        self._body_bytes: int | None = 0  # None: long, or unknown

    def add(self, data: bytes) -> Progress:
        """Take in what came and tell how far the request is; called with nothing it only tells."""
        self.data += data
        if not self._head_bytes and not self._find_head():
            too_long = len(self.data) > HEAD_LIMIT_BYTES
            return Progress.ENDLESS if too_long else Progress.PARTIAL
        if self._body_bytes is None or self._body_bytes > WHOLE_LIMIT_BYTES:
            return Progress.LONG
        whole = len(self.data) >= self._head_bytes + self._body_bytes
        return Progress.WHOLE if whole else Progress.PARTIAL

    @property
    def body_bytes(self) -> int | None:
        """The length of the body as the head says it; None where only its end will tell."""
        return self._body_bytes

    def _find_head(self) -> bool:
        end = self.data.find(HEAD_END, max(0, self._searched_bytes - len(HEAD_END)))
        self._searched_bytes = len(self.data)
        if end < 0:
            return False
        self._head_bytes = end + len(HEAD_END)
        self._body_bytes = _length_of_body(bytes(self.data[: self._head_bytes]))
        return True


def _length_of_body(head: bytes) -> int | None:
    if OPEN_ENDED.search(head):
        return None
    digits = LENGTH.search(head)
    if digits is None:
        return 0
    return int(digits[1]) if len(digits[1]) <= DIGITS_LIMIT else None
