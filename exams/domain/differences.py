"""What changed between two versions of an exam, as a person would tell it (pure).

Rows of a version are copies with ids of their own. A section, question or choice is the same one
where its name for exchange is, else where its choices are (their keys are copied), else where its
name or words are. What stands elsewhere was moved, not taken out and put in.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from exams.domain.content import ChoiceContent, ExamContent, PoolContent, QuestionContent


class What(StrEnum):
    """What a change is about."""

    EXAM = "exam"
    POOL = "pool"
    QUESTION = "question"
    CHOICE = "choice"


class How(StrEnum):
    """What happened to it."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        path: Names of the section, the question and the choice it is about, as far as it goes.
        field: Which attribute changed, or `place`; empty for what came or went as a whole.
        before: As it was, in the words of its author; for a move the section it stood in.
        after: As it is.
    """

    what: What
    how: How
    path: tuple[str, ...]
    field: str = ""
    before: str = ""
    after: str = ""


_OF_EXAM: Final = ("name", "version_label", "subject", "passing_score", "xml_id", "configuration")
_OF_POOL: Final = (
    "name",
    "randomize_questions",
    "number_to_answer",
    "next_question_pool",
    "xml_id",
)
_NOT_OF_QUESTION: Final = frozenset({"id", "choices", "prompt_html", "help_html", "rejoinder_html"})
_NOT_OF_CHOICE: Final = frozenset({"key", "match_key", "html", "match_html", "rejoinder_html"})


class _Named(Protocol):
    @property
    def xml_id(self) -> str: ...


T = TypeVar("T", bound=_Named)
_SILENT: Final[tuple[Hashable, ...]] = ("", frozenset())  # signs that tell nothing
Sign = Callable[[T], Hashable]


def changes_between(old: ExamContent, new: ExamContent) -> list[Change]:
    """Return everything that changed from the old version to the new one, section by section."""
    pools = _pairs(old.pools, new.pools, _POOL_SIGNS)
    names = _names_of_targets(old, new, pools)
    header = _fields(What.EXAM, (), (old, new), _OF_EXAM, names)
    return [*header, *_of_pools(old, new, pools, names), *_of_questions(old, new, pools, names)]


@dataclass(frozen=True, slots=True)
class Names:
    """How jumps are told: by the names that their sections have in the new version."""

    before: Mapping[int, str]
    after: Mapping[int, str]


def _names_of_targets(
    old: ExamContent, new: ExamContent, pools: Sequence[tuple[PoolContent, PoolContent]]
) -> Names:
    """Return the names of sections by their ids in the old version and in the new one."""
    before = {pool.id: pool.name for pool in old.pools} | {a.id: b.name for a, b in pools}
    return Names(before, {pool.id: pool.name for pool in new.pools})


# ── Which is which ──────────────────────────────────────────────────────────────────────────
_POOL_SIGNS: Final[tuple[Sign[PoolContent], ...]] = (
    lambda pool: pool.xml_id,
    lambda pool: pool.name,
    lambda pool: frozenset(one.name for one in pool.questions),
)
_QUESTION_SIGNS: Final[tuple[Sign[QuestionContent], ...]] = (
    lambda one: one.xml_id,
    lambda one: frozenset(choice.key for choice in one.choices),
    lambda one: (one.name, one.kind, one.prompt),
    lambda one: (one.name, one.kind),
    lambda one: (one.prompt, one.kind),
)
_CHOICE_SIGNS: Final[tuple[Sign[ChoiceContent], ...]] = (
    lambda one: one.xml_id,
    lambda one: one.key,
    lambda one: (one.text, one.match),
)


def _pairs(old: Sequence[T], new: Sequence[T], signs: Sequence[Sign[T]]) -> list[tuple[T, T]]:
    """Return what is the same in both, by the first sign that tells; an empty sign tells nothing."""
    found: dict[int, int] = {}
    taken: set[int] = set()
    for sign in signs:
        by_sign: dict[Hashable, list[int]] = {}
        for at, one in enumerate(old):
            if at not in taken and sign(one) not in _SILENT:
                by_sign.setdefault(sign(one), []).append(at)
        for at, one in enumerate(new):
            places = by_sign.get(sign(one), [])
            if at not in found and places:
                found[at] = places.pop(0)
                taken.add(found[at])
    return [(old[found[at]], new[at]) for at in sorted(found)]


def _strays(everything: Sequence[T], paired: Sequence[T]) -> Iterator[T]:
    known = {id(one) for one in paired}
    return (one for one in everything if id(one) not in known)


def _moved(old: Sequence[Hashable], new: Sequence[Hashable]) -> set[Hashable]:
    """Return what stands in another order, as few as may be told."""
    kept: set[Hashable] = set()
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        kept.update(old[block.a : block.a + block.size])
    return set(old) - kept


# ── What changed ────────────────────────────────────────────────────────────────────────────
def _of_pools(
    old: ExamContent,
    new: ExamContent,
    pairs: Sequence[tuple[PoolContent, PoolContent]],
    names: Names,
) -> Iterator[Change]:
    for pool in _strays(old.pools, [a for a, _ in pairs]):
        yield Change(What.POOL, How.REMOVED, (pool.name,))
    for pool in _strays(new.pools, [b for _, b in pairs]):
        yield Change(What.POOL, How.ADDED, (pool.name,))
    order = {a.id: at for at, (a, _b) in enumerate(pairs)}
    moved = _moved([order[p.id] for p in old.pools if p.id in order], list(range(len(pairs))))
    for at, (before, after) in enumerate(pairs):
        if at in moved:
            places = (str(old.pools.index(before) + 1), str(new.pools.index(after) + 1))
            yield Change(What.POOL, How.MOVED, (after.name,), "place", *places)
        yield from _fields(What.POOL, (after.name,), (before, after), _OF_POOL, names)


def _of_questions(
    old: ExamContent,
    new: ExamContent,
    pools: Sequence[tuple[PoolContent, PoolContent]],
    names: Names,
) -> Iterator[Change]:
    same_pool = {a.id: b.id for a, b in pools}
    old_home = {one.id: pool for pool in old.pools for one in pool.questions}
    new_home = {one.id: pool for pool in new.pools for one in pool.questions}
    olds = [one for pool in old.pools for one in pool.questions]
    news = [one for pool in new.pools for one in pool.questions]
    places = _places(old, same_pool) | _places(new, {})
    pairs = _pairs(olds, news, (*_QUESTION_SIGNS, lambda one: _look(one, places)))
    for one in _strays(olds, [a for a, _ in pairs]):
        yield Change(What.QUESTION, How.REMOVED, (old_home[one.id].name, one.name))
    for one in _strays(news, [b for _, b in pairs]):
        yield Change(What.QUESTION, How.ADDED, (new_home[one.id].name, one.name))
    moved = _moved_questions(pairs, olds, same_pool, old_home, new_home)
    for before, after in pairs:
        home = new_home[after.id]
        path = (home.name, after.name)
        if after.id in moved:
            left = old_home[before.id]
            yield Change(What.QUESTION, How.MOVED, path, "place", left.name, home.name)
        fields = [name for name in after.__struct_fields__ if name not in _NOT_OF_QUESTION]
        yield from _fields(What.QUESTION, path, (before, after), fields, names)
        yield from _of_choices(path, before, after, names)


def _places(content: ExamContent, same_pool: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """Return where each question stands, its section told by its id in the new version."""
    return {
        one.id: (same_pool.get(pool.id, pool.id), at)
        for pool in content.pools
        for at, one in enumerate(pool.questions)
    }


def _look(question: QuestionContent, places: Mapping[int, tuple[int, int]]) -> Hashable:
    """Tell a question that was named and worded anew by its place, kind and choices."""
    choices = tuple((choice.text, choice.match) for choice in question.choices)
    return (places[question.id], question.kind, choices) if choices else ""


def _moved_questions(
    pairs: Sequence[tuple[QuestionContent, QuestionContent]],
    olds: Sequence[QuestionContent],
    same_pool: Mapping[int, int],
    old_home: Mapping[int, PoolContent],
    new_home: Mapping[int, PoolContent],
) -> set[Hashable]:
    """Return new ids of what stands in another section, or elsewhere in the same one."""
    moved: set[Hashable] = set()
    staying: dict[int, list[tuple[int, int]]] = {}
    for before, after in pairs:
        home = new_home[after.id].id
        if same_pool.get(old_home[before.id].id) == home:
            staying.setdefault(home, []).append((before.id, after.id))
        else:
            moved.add(after.id)
    place = {one.id: at for at, one in enumerate(olds)}
    for both in staying.values():
        was = [new_id for _old_id, new_id in sorted(both, key=lambda one: place[one[0]])]
        moved |= _moved(was, [new_id for _old_id, new_id in both])
    return moved


def _of_choices(
    path: tuple[str, ...], old: QuestionContent, new: QuestionContent, names: Names
) -> Iterator[Change]:
    pairs = _pairs(old.choices, new.choices, _CHOICE_SIGNS)
    for one in _strays(old.choices, [a for a, _ in pairs]):
        yield Change(What.CHOICE, How.REMOVED, (*path, one.text or one.match))
    for one in _strays(new.choices, [b for _, b in pairs]):
        yield Change(What.CHOICE, How.ADDED, (*path, one.text or one.match))
    was = {a.key: at for at, (a, _b) in enumerate(pairs)}
    moved = _moved([was[one.key] for one in old.choices if one.key in was], list(range(len(pairs))))
    for at, (before, after) in enumerate(pairs):
        where = (*path, after.text or after.match)
        if at in moved:
            places = (str(old.choices.index(before) + 1), str(new.choices.index(after) + 1))
            yield Change(What.CHOICE, How.MOVED, where, "place", *places)
        fields = [name for name in after.__struct_fields__ if name not in _NOT_OF_CHOICE]
        yield from _fields(What.CHOICE, where, (before, after), fields, names)


def _fields(
    what: What,
    path: tuple[str, ...],
    both: tuple[object, object],
    fields: Sequence[str],
    names: Names,
) -> Iterator[Change]:
    old, new = both
    for field in fields:
        before, after = getattr(old, field), getattr(new, field)
        if field == "next_question_pool":
            before, after = names.before.get(before, ""), names.after.get(after, "")
        if before != after:
            yield Change(what, How.CHANGED, path, field, _told(before), _told(after))


def _told(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        return " ".join(str(one) for one in value)
    return str(value)
