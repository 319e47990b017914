r"""The outer shape of a GIFT file: escapes, comments, categories, items, their parts (no meaning).

Escaped characters are swapped for private-use ones while the structure is read, so that a plain
search never trips over `\=` or `\{`; `restore` swaps them back. Line ends stay where they are,
so an offset in a block still tells its line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from exams.domain.texts import TextFormat
from exams.exchange.items import MAX_SECTION_NAME, ItemCode

MAX_LINES: Final = 100_000  # 10 for each of the items that one file may have
MAX_ITEM_CHARS: Final = 200_000

_ESCAPED: Final = "\\:#={}~n"
_CATEGORY: Final = "$CATEGORY:"
_ENDS: Final = ".?!:…؟"
_BASE: Final = 0xE000
_HIDE: Final = {"\\" + char: chr(_BASE + index) for index, char in enumerate(_ESCAPED)}
_SHOW: Final = {_BASE + index: "\n" if char == "n" else char for index, char in enumerate(_ESCAPED)}
_STRANGE: Final = {_BASE + index: "\ufffd" for index in range(len(_ESCAPED))}
_FORMATS: Final = {f"[{name.value}]": name for name in TextFormat}


class GiftCode(StrEnum):
    """What only an import of GIFT reports. Texts for people are made at the edge."""

    NOT_UTF8 = "gift_not_utf8"
    CONTROL_CHARACTER = "gift_control_character"
    UNCLOSED_BRACE = "gift_unclosed_brace"
    STRAY_BRACE = "gift_stray_brace"
    UNCLOSED_NAME = "gift_unclosed_name"


class BadItem(Exception):
    """The item cannot be imported; `offset` is where in its block."""

    def __init__(self, code: StrEnum, text: str = "", offset: int = 0) -> None:
        self.code, self.text, self.offset = code, text, offset
        super().__init__(code.value)


@dataclass(frozen=True, slots=True)
class Block:
    """The text of one item, escapes hidden, with the line of its first character."""

    line: int
    text: str
    category: str

    def line_at(self, offset: int) -> int:
        """Return the line of the file at an offset of the block."""
        return self.line + self.text.count("\n", 0, max(0, offset))


@dataclass(frozen=True, slots=True)
class Parts:
    """An item taken apart; texts still hidden.

    Attributes:
        answers: What stands between the braces; None when there are none.
        answers_at: Offset of `answers` in the block.
        general: The general feedback after `####`.
    """

    name: str
    format: TextFormat
    prompt: str
    answers: str | None
    answers_at: int
    general: str


def hide(text: str) -> str:
    """Return the text with each escape as one private-use character."""
    plain = text.translate(_STRANGE)
    pieces: list[str] = []
    position = 0
    while True:
        found = plain.find("\\", position)
        if found < 0:
            break
        pieces.append(plain[position:found])
        pair = plain[found : found + 2]
        pieces.append(_HIDE.get(pair, "\\"))
        position = found + (2 if pair in _HIDE else 1)
    pieces.append(plain[position:])
    return "".join(pieces)


def restore(text: str) -> str:
    """Return hidden text as its author meant it, without space around it."""
    return text.strip().translate(_SHOW)


def blocks_of(text: str) -> Iterator[Block]:
    """Yield the items of a file in order; comments and category lines are taken out.

    Items are parted by empty lines. An empty line inside braces does not part, unless what
    follows begins another item: then the brace was never closed.
    """
    reader = _Reader()
    lines = hide(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        yield from reader.read(number, line)
    yield from reader.finish()


class _Reader:
    """Collects the lines of one item after the other.

    The depth of the braces is kept while reading, so that each line is looked at once: counted
    anew at every empty line, 4000 of them after an open brace took 2.3 s.
    """

    def __init__(self) -> None:
        self.category = ""
        self.first = 0
        self.lines: list[str] = []
        self.depth = 0

    def read(self, number: int, line: str) -> Iterator[Block]:
        """Take one line; yield the item that it ends, if any."""
        begins = line.lstrip()
        if begins.startswith("//"):
            self._keep("")  # a comment parts nothing, but its line counts
        elif not begins:
            yield from self._gap()
        elif begins.upper().startswith(_CATEGORY):
            yield from self.finish()
            self.category = section_name(restore(begins[len(_CATEGORY) :]))
        else:
            if self._is_cut_off(line):
                yield from self.finish()
            self.first = self.first if self.lines else number
            self.lines.append(line.rstrip())
            self.depth += line.count("{") - line.count("}")

    def finish(self) -> Iterator[Block]:
        """Yield what has been collected."""
        if self.lines:
            yield Block(self.first, "\n".join(self.lines).rstrip(), self.category)
        self.lines, self.depth = [], 0

    def _gap(self) -> Iterator[Block]:
        if self._is_open():
            self._keep("")
        else:
            yield from self.finish()

    def _keep(self, line: str) -> None:
        if self.lines:
            self.lines.append(line)

    def _is_open(self) -> bool:
        return self.depth > 0

    def _is_cut_off(self, line: str) -> bool:
        """Whether an open brace before an empty line was forgotten: another item begins."""
        if not self.lines or self.lines[-1] or not self._is_open():
            return False
        opens, closes = line.find("{"), line.find("}")
        return line.lstrip().startswith("::") or (opens >= 0 and not 0 <= closes < opens)


def section_name(path: str) -> str:
    """Return the last part of a category path; `//` is a slash, macros and `top` say nothing."""
    parts = [part.replace("\0", "/").strip() for part in path.replace("//", "\0").split("/")]
    named = [part for part in parts if part and part != "top" and not part.startswith("$")]
    return named[-1][:MAX_SECTION_NAME] if named else ""


def parts_of(block: Block) -> Parts:
    """Take an item apart.

    Raises:
        BadItem: A brace or a name is not closed, or one too many is; or it is too long.
    """
    if len(block.text) > MAX_ITEM_CHARS:
        raise BadItem(ItemCode.NOT_STORABLE, str(MAX_ITEM_CHARS))
    name, rest_at = _name_of(block.text)
    rest = block.text[rest_at:]
    opens, closes = rest.find("{"), rest.find("}")
    if opens < 0 and closes < 0:
        text_format, prompt = split_format(rest)
        return Parts(name, text_format or TextFormat.MOODLE, prompt, None, 0, "")
    if closes < opens or opens < 0:
        code = GiftCode.UNCLOSED_BRACE if closes < 0 else GiftCode.STRAY_BRACE
        raise BadItem(code, offset=rest_at + max(opens, closes))
    if "{" in rest[opens + 1 :] or "}" in rest[closes + 1 :]:
        raise BadItem(GiftCode.STRAY_BRACE, offset=rest_at + closes)
    answers, general = _split_general(rest[opens + 1 : closes])
    before, after = rest[:opens], rest[closes + 1 :]
    text = f"{before}_____{after}" if _is_gap(before, after) else before
    text_format, prompt = split_format(text)
    return Parts(
        name=name,
        format=text_format or TextFormat.MOODLE,
        prompt=prompt,
        answers=answers,
        answers_at=rest_at + opens + 1,
        general=general,
    )


def _is_gap(before: str, after: str) -> bool:
    """Whether the answer stands inside the sentence; a full stop after a question is no text."""
    if not after.strip():
        return False
    finished = before.rstrip()[-1:] in tuple(_ENDS)
    return not (finished and all(char in _ENDS for char in after.strip()))


def _name_of(text: str) -> tuple[str, int]:
    start = len(text) - len(text.lstrip())
    if not text.startswith("::", start):
        return "", 0
    end = text.find("::", start + 2)
    if end < 0:
        raise BadItem(GiftCode.UNCLOSED_NAME)
    return restore(text[start + 2 : end]), end + 2


def _split_general(answers: str) -> tuple[str, str]:
    before, _, general = answers.partition("####")
    return before, general


def split_format(text: str) -> tuple[TextFormat | None, str]:
    """Return the format that a text begins with, or None, and the text after it."""
    stripped = text.lstrip()
    for marker, text_format in _FORMATS.items():
        if stripped.lower().startswith(marker):
            return text_format, stripped[len(marker) :]
    return None, text


def unknown_format(text: str) -> str:
    """Return a leading `[word]` that looks like a format and is none; else an empty text."""
    stripped = text.lstrip()
    end = stripped.find("]")
    word = stripped[1:end] if stripped.startswith("[") and 0 < end <= 20 else ""
    return stripped[: end + 1] if word.isascii() and word.isalpha() else ""
