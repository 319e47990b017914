"""GIFT import: preview what a file holds, then write it into a draft exam in one transaction.

Whatever the engine cannot take is reported with its line, never dropped in silence:
items = imported + reported. Bad input gives findings, not exceptions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import transaction

from exams.domain.answer import QuestionKind
from exams.domain.draft import DraftFault, DraftFinding, QuestionDraft, findings_of
from exams.domain.texts import to_html, to_plain
from exams.exchange.gift_answers import Key, key_of
from exams.exchange.gift_syntax import (
    MAX_BYTES,
    MAX_ITEMS,
    MAX_LINES,
    BadItem,
    Block,
    Code,
    Finding,
    Parts,
    blocks_of,
    parts_of,
    restore,
    unknown_format,
)
from exams.services import pools, questions

DEFAULT_SECTION: Final = "1"
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
)
_ALLOWED_CONTROLS: Final = "\t\n\r"


@dataclass(frozen=True, slots=True)
class GiftItem:
    """One item of the file. `draft` is None when it cannot be imported; then a finding says why."""

    line: int
    section: str
    draft: QuestionDraft | None


@dataclass(frozen=True, slots=True)
class GiftPreview:
    """What an import would do."""

    items: tuple[GiftItem, ...]
    findings: tuple[Finding, ...]

    @property
    def imported(self) -> int:
        """Return how many items would become questions."""
        return sum(1 for item in self.items if item.draft)

    @property
    def reported(self) -> int:
        """Return how many items would not, each with a finding that drops it."""
        return len(self.items) - self.imported


def preview(data: bytes) -> GiftPreview:
    """Return what a file holds and what is to be said about it; never raises for bad content."""
    text, findings = _decoded(data)
    items: list[GiftItem] = []
    for block in blocks_of(text):
        if len(items) >= MAX_ITEMS:
            findings.append(Finding(block.line, Code.TOO_MANY_ITEMS, str(MAX_ITEMS)))
            break
        item, said = _item(block)
        items.append(item)
        findings.extend(said)
    return GiftPreview(tuple(items), tuple(findings))


def _decoded(data: bytes) -> tuple[str, list[Finding]]:
    if len(data) > MAX_BYTES:
        return "", [Finding(1, Code.TOO_LARGE, str(MAX_BYTES))]
    is_utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        return "", [Finding(data.count(b"\n", 0, error.start) + 1, Code.NOT_UTF8)]
    if max(text.count("\n"), text.count("\r")) > MAX_LINES:
        return "", [Finding(1, Code.TOO_LARGE, str(MAX_LINES))]
    return _without_controls(text)


def _without_controls(text: str) -> tuple[str, list[Finding]]:
    bad = {char for char in text if ord(char) < 32 and char not in _ALLOWED_CONTROLS}
    findings = [
        Finding(
            text.count("\n", 0, text.index(char)) + 1, Code.CONTROL_CHARACTER, f"U+{ord(char):04X}"
        )
        for char in sorted(bad)
    ]
    return text.translate({ord(char): None for char in bad}), findings


def _item(block: Block) -> tuple[GiftItem, list[Finding]]:
    try:
        parts = parts_of(block)
        key = _key(parts)
        draft = _draft(parts, key)
        _check(draft)
    except BadItem as error:
        line = block.line_at(error.offset)
        finding = Finding(line, error.code, error.text, drops_item=True)
        return GiftItem(block.line, block.category, None), [finding]
    findings = list(_remarks(block, parts, key, draft))
    return GiftItem(block.line, block.category, draft), findings


def _key(parts: Parts) -> Key:
    try:
        return key_of(parts.answers, parts.format)
    except BadItem as error:  # it counts from the brace, we from the start of the item
        raise BadItem(error.code, error.text, parts.answers_at + error.offset) from None


def _draft(parts: Parts, key: Key) -> QuestionDraft:
    prompt = restore(parts.prompt)
    if not prompt:
        raise BadItem(Code.EMPTY_PROMPT)
    title = parts.name or to_plain(to_html(prompt, parts.format))
    return QuestionDraft(
        name=(title[:80] or prompt[:80]).strip(),
        kind=key.kind,
        prompt=prompt,
        points=Decimal(0 if key.kind is QuestionKind.INFO else 1),
        format=parts.format,
        rejoinder=restore(parts.general),
        shuffle_choices=bool(key.choices),
        max_answers=None if key.multiple else 1,
        choices=key.choices,
    )


def _check(draft: QuestionDraft) -> None:
    for finding in findings_of(draft):
        is_weight = finding.fault is DraftFault.FULL_POINTS_UNREACHABLE
        code = Code.UNREACHABLE if is_weight else Code.NOT_STORABLE
        raise BadItem(code, _words(finding))


def _words(finding: DraftFinding) -> str:
    return f"{finding.field}: {finding.fault.value} {finding.detail}".strip()


def _remarks(block: Block, parts: Parts, key: Key, draft: QuestionDraft) -> Iterator[Finding]:
    """Say what was imported without some of its pieces."""
    texts = [draft.prompt, draft.rejoinder]
    for choice in draft.choices:
        texts += [choice.text, choice.match, choice.rejoinder]
    for marker in _MEDIA:
        if any(marker in text.lower() for text in texts):
            yield Finding(block.line, Code.MEDIA_REMOVED, marker.strip("<"))
    if unknown_format(parts.prompt):
        yield Finding(block.line, Code.UNKNOWN_FORMAT, unknown_format(parts.prompt))
    for at, text in key.unused:
        yield Finding(block.line_at(parts.answers_at + at), Code.FEEDBACK_NOT_USED, text[:80])


@transaction.atomic
def import_into(
    exam_id: int, data: bytes, *, default_section: str = DEFAULT_SECTION
) -> GiftPreview:
    """Write every item that can be imported into a draft exam, a section per category.

    All or nothing: an error in the middle leaves the exam as it was.

    Args:
        exam_id: A draft.
        data: The file, as given to `preview`.
        default_section: Name of the section for items before any category.

    Raises:
        ExamUnknown, ExamFrozen: There is no such draft.
    """
    seen = preview(data)
    sections: dict[str, list[QuestionDraft]] = {}
    for item in seen.items:
        if item.draft is not None:
            sections.setdefault(item.section or default_section, []).append(item.draft)
    for name, drafts in sections.items():
        questions.add_questions(pools.add_pool(exam_id, name=name), drafts)
    return seen
