"""What an import would change: an outline of a file beside the one that exists (pure).

Pools and questions are the same when they have the same `xml_id`, else the same name, questions
first of all within their pool. A name that the file leaves empty is kept as it is.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.numbers import plain
from exams.domain.outline import ExamHeader, ExamOutline, PoolDraft, configuration_text

Place = tuple[int, int]  # index of the pool, index of the question in it; both from 0
_JUMP: Final = "next_question_pool"
_CHOICE_FIELDS: Final = tuple(one.name for one in fields(ChoiceDraft) if one.name != _JUMP)
_QUESTION_FIELDS: Final = tuple(one.name for one in fields(QuestionDraft) if one.name != "choices")
_POOL_FIELDS: Final = ("name", "xml_id", "randomize_questions", "number_to_answer")


class Change(StrEnum):
    """What would happen to a pool or a question."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


class ImportMode(StrEnum):
    """How much of what a file holds is written."""

    NEW = "new"
    NEW_AND_CHANGED = "new_and_changed"
    REPLACE = "replace"


WRITTEN: Final = {
    ImportMode.NEW: frozenset({Change.NEW}),
    ImportMode.NEW_AND_CHANGED: frozenset({Change.NEW, Change.CHANGED}),
    ImportMode.REPLACE: frozenset({Change.NEW, Change.CHANGED, Change.REMOVED}),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; `choices.2.text` is of the third choice. Values as short texts."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PoolDiff:
    """One section.

    Attributes:
        old: Its index in what exists; None for a new one.
        new: Its index in the file; None for one that the file does not have.
    """

    change: Change
    name: str
    old: int | None
    new: int | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionDiff:
    """One question; `draft` is what would be written, None for one that the file does not have."""

    change: Change
    name: str
    pool: str
    old: Place | None
    new: Place | None
    draft: QuestionDraft | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlineDiff:
    """Everything that differs."""

    header: tuple[FieldChange, ...]
    pools: tuple[PoolDiff, ...]
    questions: tuple[QuestionDiff, ...]

    def count(self, change: Change) -> int:
        """Return to how many questions this would happen."""
        return sum(one.change is change for one in self.questions)


def compare(old: ExamOutline, new: ExamOutline) -> OutlineDiff:
    """Return what writing `new` over `old` would change. Linear in their size."""
    pools = _matched_pools(old.pools, new.pools)
    jumps = _Jumps(old.pools, new.pools, {at: was for at, was in pools.items() if was is not None})
    questions = list(_question_diffs(old, new, pools, jumps))
    return OutlineDiff(
        header=tuple(_header_changes(old.header, new.header)),
        pools=tuple(_pool_diffs(old.pools, new.pools, pools, jumps)),
        questions=tuple(questions),
    )


@dataclass(frozen=True, slots=True)
class _Jumps:
    """Where jumps lead, on both sides: places from 1 on, `same` says which pools are one."""

    old: Sequence[PoolDraft]
    new: Sequence[PoolDraft]
    same: dict[int, int]

    def change(self, field: str, before: int | None, after: int | None) -> Iterator[FieldChange]:
        was = None if before is None else before - 1
        becomes = None if after is None else self.same.get(after - 1, -1)
        if was != becomes:
            yield FieldChange(field, _name_at(self.old, before), _name_at(self.new, after))


def pools_in_order(diff: OutlineDiff, mode: ImportMode) -> list[PoolDiff]:
    """Return the sections as they would stand: as in the file when it replaces everything.

    Else those that exist keep their order, and each new one follows what it follows in the file;
    one that follows nothing goes to the end.
    """
    listed = [one for one in diff.pools if one.new is not None]
    if mode is ImportMode.REPLACE:
        return listed
    existing = [one for one in diff.pools if one.old is not None]
    order = sorted(existing, key=lambda one: one.old or 0)
    before: PoolDiff | None = None
    for one in listed:
        if one.old is None:
            order.insert(order.index(before) + 1 if before else len(order), one)
        before = one
    return order


def _name_at(pools: Sequence[PoolDraft], place: int | None) -> str:
    return pools[place - 1].name if place and place <= len(pools) else ""


def _matched(
    old: Sequence[Hashable | None], new: Sequence[Hashable | None], matches: dict[int, int]
) -> None:
    """Pair indexes of equal keys in order, leaving out what is paired and what has no key."""
    taken = set(matches.values())
    waiting: dict[Hashable, list[int]] = {}
    for index, key in enumerate(old):
        if key is not None and index not in taken:
            waiting.setdefault(key, []).append(index)
    for lines in waiting.values():
        lines.reverse()
    for index, key in enumerate(new):
        if index not in matches and key is not None and waiting.get(key):
            matches[index] = waiting[key].pop()


def _matched_pools(old: Sequence[PoolDraft], new: Sequence[PoolDraft]) -> dict[int, int | None]:
    matches: dict[int, int] = {}
    for key in (_xml_id, _name):
        _matched([key(one) for one in old], [key(one) for one in new], matches)
    return {index: matches.get(index) for index in range(len(new))}


def _xml_id(one: PoolDraft | QuestionDraft) -> str | None:
    return one.xml_id or None


def _name(one: PoolDraft | QuestionDraft) -> str:
    return one.name.strip().casefold()


def _flat(pools: Iterable[PoolDraft]) -> list[tuple[Place, QuestionDraft]]:
    return [
        ((at, index), question)
        for at, pool in enumerate(pools)
        for index, question in enumerate(pool.questions)
    ]


def _question_diffs(
    old: ExamOutline, new: ExamOutline, pools: dict[int, int | None], jumps: _Jumps
) -> Iterator[QuestionDiff]:
    before, after = _flat(old.pools), _flat(new.pools)
    matches: dict[int, int] = {}
    keys: tuple[tuple[Callable[[Place, QuestionDraft], Hashable | None], ...], ...] = (
        (lambda _place, one: _xml_id(one), lambda _place, one: _xml_id(one)),
        (
            lambda place, one: (place[0], _name(one)),
            lambda place, one: (pools[place[0]], _name(one)),
        ),
        (lambda _place, one: _name(one), lambda _place, one: _name(one)),
    )
    for old_key, new_key in keys:
        _matched([old_key(*one) for one in before], [new_key(*one) for one in after], matches)
    for index, (place, draft) in enumerate(after):
        pool = new.pools[place[0]]
        if index not in matches:
            yield QuestionDiff(Change.NEW, draft.name, pool.name, None, place, draft)
            continue
        old_place, old_draft = before[matches[index]]
        kept = _keeping_names(old_draft, draft)
        changes = tuple(_question_changes(old_draft, kept, jumps))
        if pools[place[0]] != old_place[0]:
            moved = FieldChange("pool", old.pools[old_place[0]].name, pool.name)
            changes = (moved, *changes)
        change = Change.CHANGED if changes else Change.UNCHANGED
        yield QuestionDiff(change, draft.name, pool.name, old_place, place, kept, changes)
    found = set(matches.values())
    for index, (old_place, old_draft) in enumerate(before):
        if index not in found:
            name = old.pools[old_place[0]].name
            yield QuestionDiff(Change.REMOVED, old_draft.name, name, old_place, None, None)


def _keeping_names(old: QuestionDraft, new: QuestionDraft) -> QuestionDraft:
    """Return the new question with the ids of the old one where it has none itself."""
    choices = new.choices
    if len(old.choices) == len(choices):
        pairs = zip(old.choices, choices, strict=True)
        choices = tuple(replace(one, xml_id=one.xml_id or was.xml_id) for was, one in pairs)
    return replace(new, xml_id=new.xml_id or old.xml_id, choices=choices)


def _question_changes(
    old: QuestionDraft, new: QuestionDraft, jumps: _Jumps
) -> Iterator[FieldChange]:
    yield from _changes(old, new, _QUESTION_FIELDS)
    for index in range(max(len(old.choices), len(new.choices))):
        was = old.choices[index] if index < len(old.choices) else None
        becomes = new.choices[index] if index < len(new.choices) else None
        field = f"choices.{index}"
        if was is None or becomes is None:
            yield FieldChange(field, _words(was), _words(becomes))
            continue
        yield from _changes(was, becomes, _CHOICE_FIELDS, f"{field}.")
        yield from jumps.change(
            f"{field}.{_JUMP}", was.next_question_pool, becomes.next_question_pool
        )


def _words(choice: ChoiceDraft | None) -> str:
    return "" if choice is None else _shown(choice.text or choice.match) or "-"


def _pool_diffs(
    old: Sequence[PoolDraft],
    new: Sequence[PoolDraft],
    pools: dict[int, int | None],
    jumps: _Jumps,
) -> Iterator[PoolDiff]:
    for index, pool in enumerate(new):
        was = pools[index]
        if was is None:
            yield PoolDiff(Change.NEW, pool.name, None, index)
            continue
        kept = replace(pool, xml_id=pool.xml_id or old[was].xml_id)
        changes = (
            *_changes(old[was], kept, _POOL_FIELDS),
            *jumps.change(_JUMP, old[was].next_question_pool, pool.next_question_pool),
        )
        change = Change.CHANGED if changes else Change.UNCHANGED
        yield PoolDiff(change, pool.name, was, index, changes)
    found = set(pools.values())
    for index, pool in enumerate(old):
        if index not in found:
            yield PoolDiff(Change.REMOVED, pool.name, index, None)


def _header_changes(old: ExamHeader | None, new: ExamHeader | None) -> Iterator[FieldChange]:
    if old is None or new is None:
        return
    kept = replace(new, xml_id=new.xml_id or old.xml_id)
    yield from _changes(old, kept, tuple(one.name for one in fields(ExamHeader)))


def _changes(
    old: object, new: object, names: Iterable[str], prefix: str = ""
) -> Iterator[FieldChange]:
    for name in names:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield FieldChange(prefix + name, _shown(before), _shown(after))


def _shown(value: object) -> str:
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case Decimal():
            text = plain(value)
        case tuple():
            text = " ".join(str(one) for one in value)
        case dict():
            text = configuration_text(value)
        case _:
            text = str(value)
    return text if len(text) <= 200 else text[:199] + "…"
