"""What an import found in a file, whatever its format: items, sections, findings; no writing here.

Whatever the engine cannot take is reported with its line, never dropped in silence:
items = imported + reported. Bad input gives findings, not exceptions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from exams.domain.draft import DraftFault, DraftFinding, QuestionDraft, findings_of
from exams.domain.outline import ExamOutline

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_ITEMS: Final = 10_000
MAX_SECTION_NAME: Final = 200
MAX_REMARKS: Final = 2000  # that drop no item; who gets more of them has read enough
_MEDIA: Final = (
    "<img",
    "<video",
    "<audio",
    "<object",
    "<iframe",
    "<embed",
    "<svg",
    "<script",
    "@@pluginfile@@",
    # parts of formulas that are not drawn here
    "<mfenced",
    "<menclose",
    "<maction",
    "<mstack",
    "<mlongdiv",
)


class ItemCode(StrEnum):
    """What an import of any format may report; each format adds an enum of its own.

    Texts for people are made at the edge. No two enums of findings share a value.
    """

    TOO_LARGE = "too_large"
    TOO_MANY_ITEMS = "too_many_items"
    NOT_SUPPORTED = "not_supported"
    EMPTY_PROMPT = "empty_prompt"
    EMPTY_ANSWER = "empty_answer"
    BAD_WEIGHT = "bad_weight"
    BAD_NUMBER = "bad_number"
    BAD_PAIR = "bad_pair"
    TOO_PRECISE = "too_precise"
    UNREACHABLE = "unreachable"
    BAD_PATTERN = "bad_pattern"
    NOT_STORABLE = "not_storable"
    UNKNOWN_FORMAT = "unknown_format"
    MEDIA_REMOVED = "media_removed"
    FEEDBACK_NOT_USED = "feedback_not_used"
    CASE_IGNORED = "case_ignored"
    WRONG_COSTS = "wrong_costs"
    POINTS_ROUNDED = "points_rounded"
    MORE_REMARKS = "more_remarks"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should know.

    Attributes:
        line: 1-based line of the file.
        code: What kind of thing: of ItemCode, or of the enum of the format.
        text: The piece of the file it is about, or a detail.
        drops_item: The item was not imported because of it; else it was, without this piece.
        file: Name inside a package; empty for a file that stands alone.
    """

    line: int
    code: StrEnum
    text: str = ""
    drops_item: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the file. `draft` is None when it cannot be imported; then a finding says why."""

    line: int
    section: str
    draft: QuestionDraft | None
    file: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """How a section that the file names draws its questions; one not listed here asks them all."""

    name: str
    randomize_questions: bool = False
    number_to_answer: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do; `exam` is set where the file holds a whole exam, pools and all."""

    items: tuple[Item, ...] = ()
    findings: tuple[Finding, ...] = ()
    sections: tuple[Section, ...] = ()
    exam: ExamOutline | None = None

    @property
    def imported(self) -> int:
        """Return how many items would become questions."""
        return sum(1 for item in self.items if item.draft)

    @property
    def reported(self) -> int:
        """Return how many items would not, each with a finding that drops it."""
        return len(self.items) - self.imported


def without_too_many_remarks(seen: Preview) -> Preview:
    """Return a preview with every finding that drops an item, and no more remarks than can be read.

    How many were left out is the last finding.
    """
    remarks = [finding for finding in seen.findings if not finding.drops_item]
    if len(remarks) <= MAX_REMARKS:
        return seen
    left_out = set(remarks[MAX_REMARKS:])
    kept = tuple(finding for finding in seen.findings if finding not in left_out)
    count = len(seen.findings) - len(kept)
    last = Finding(remarks[-1].line, ItemCode.MORE_REMARKS, str(count), file=remarks[-1].file)
    return replace(seen, findings=(*kept, last))


class ItemRefused(Exception):
    """The item cannot be imported; `line` is where in the file, 0 for where the item begins."""

    def __init__(self, code: StrEnum, text: str = "", line: int = 0) -> None:
        self.code, self.text, self.line = code, text[:200], line
        super().__init__(code.value)


def refusal_of(draft: QuestionDraft) -> tuple[ItemCode, str] | None:
    """Return why a draft cannot be stored: the first reason and its words, None if it can."""
    for finding in findings_of(draft):
        return _CODES.get(finding.fault, ItemCode.NOT_STORABLE), _words(finding)
    return None


def media_in(draft: QuestionDraft) -> Iterator[str]:
    """Yield what the texts hold that is not shown to candidates, like `img` or `video`."""
    texts = [draft.prompt, draft.help_text, draft.rejoinder]
    for choice in draft.choices:
        texts += [choice.text, choice.match, choice.rejoinder]
    return media_of(texts)


def media_of(texts: Iterable[str]) -> Iterator[str]:
    """Yield what the texts hold that is not shown to candidates, like `img` or `video`."""
    lowered = [text.lower() for text in texts if "<" in text or "@" in text]
    for marker in _MEDIA:
        if any(marker in text for text in lowered):
            yield marker.strip("<")


_CODES: Final = {
    DraftFault.FULL_POINTS_UNREACHABLE: ItemCode.UNREACHABLE,
    DraftFault.BAD_PATTERN: ItemCode.BAD_PATTERN,
}


def _words(finding: DraftFinding) -> str:
    return f"{finding.field}: {finding.fault.value} {finding.detail}".strip()
