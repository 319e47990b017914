"""GIFT: what a file holds, item by item.

Whatever the engine cannot take is reported with its line, never dropped in silence:
items = imported + reported. Bad input gives findings, not exceptions.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.domain.texts import to_html, to_plain
from exams.exchange.gift_answers import Key, key_of
from exams.exchange.gift_syntax import (
    MAX_LINES,
    BadItem,
    Block,
    GiftCode,
    Parts,
    blocks_of,
    parts_of,
    restore,
    unknown_format,
)
from exams.exchange.items import (
    MAX_BYTES,
    MAX_ITEMS,
    Finding,
    Item,
    ItemCode,
    Preview,
    media_in,
    refusal_of,
)

_ALLOWED_CONTROLS: Final = "\t\n\r"


def preview(data: bytes) -> Preview:
    """Return what a file holds and what is to be said about it; never raises for bad content."""
    text, findings = _decoded(data)
    items: list[Item] = []
    for block in blocks_of(text):
        if len(items) >= MAX_ITEMS:
            findings.append(Finding(block.line, ItemCode.TOO_MANY_ITEMS, str(MAX_ITEMS)))
            break
        item, said = _item(block)
        items.append(item)
        findings.extend(said)
    return Preview(tuple(items), tuple(findings))


def _decoded(data: bytes) -> tuple[str, list[Finding]]:
    if len(data) > MAX_BYTES:
        return "", [Finding(1, ItemCode.TOO_LARGE, str(MAX_BYTES))]
    is_utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        return "", [Finding(data.count(b"\n", 0, error.start) + 1, GiftCode.NOT_UTF8)]
    if max(text.count("\n"), text.count("\r")) > MAX_LINES:
        return "", [Finding(1, ItemCode.TOO_LARGE, str(MAX_LINES))]
    return _without_controls(text)


def _without_controls(text: str) -> tuple[str, list[Finding]]:
    bad = {char for char in text if ord(char) < 32 and char not in _ALLOWED_CONTROLS}
    findings = [
        Finding(
            text.count("\n", 0, text.index(char)) + 1,
            GiftCode.CONTROL_CHARACTER,
            f"U+{ord(char):04X}",
        )
        for char in sorted(bad)
    ]
    return text.translate({ord(char): None for char in bad}), findings


def _item(block: Block) -> tuple[Item, list[Finding]]:
    try:
        parts = parts_of(block)
        key = _key(parts)
        draft = _draft(parts, key)
        _check(draft)
    except BadItem as error:
        line = block.line_at(error.offset)
        finding = Finding(line, error.code, error.text, drops_item=True)
        return Item(block.line, block.category, None), [finding]
    findings = list(_remarks(block, parts, key, draft))
    return Item(block.line, block.category, draft), findings


def _key(parts: Parts) -> Key:
    try:
        return key_of(parts.answers, parts.format)
    except BadItem as error:  # it counts from the brace, we from the start of the item
        raise BadItem(error.code, error.text, parts.answers_at + error.offset) from None


def _draft(parts: Parts, key: Key) -> QuestionDraft:
    prompt = restore(parts.prompt)
    if not prompt:
        raise BadItem(ItemCode.EMPTY_PROMPT)
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
    if refusal := refusal_of(draft):
        raise BadItem(*refusal)


def _remarks(block: Block, parts: Parts, key: Key, draft: QuestionDraft) -> Iterator[Finding]:
    """Say what was imported without some of its pieces."""
    for medium in media_in(draft):
        yield Finding(block.line, ItemCode.MEDIA_REMOVED, medium)
    if unknown_format(parts.prompt):
        yield Finding(block.line, ItemCode.UNKNOWN_FORMAT, unknown_format(parts.prompt))
    for at, text in key.unused:
        yield Finding(block.line_at(parts.answers_at + at), ItemCode.FEEDBACK_NOT_USED, text[:80])
