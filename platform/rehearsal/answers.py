"""What a simulated candidate answers, by question kind (pure but for the given randomness)."""

import random
from collections.abc import Callable
from typing import Any, Final

_OF_CHOICES: Final = frozenset({"choice", "matching", "ordering"})
WORDS: Final = ("river", "seven", "because", "کتاب", "light", "therefore", "ۀ", "matrix", "green")


def answer_to(question: dict[str, Any], rng: random.Random) -> Any:  # noqa: ANN401 any answer value
    """Return a plausible answer to a question of the paper; None when it asks for nothing."""
    kind = question["kind"]
    if question.get("choices") and kind not in _OF_CHOICES:
        return [rng.choice(question["choices"])["id"]]  # a value that is offered is picked
    make = _MAKERS.get(kind)
    return make(question, rng) if make else None


def text_beside(question: dict[str, Any], value: object, rng: random.Random) -> str | None:
    """Return the words beside an answer; None where neither question nor option asks for any."""
    picked = value if isinstance(value, list) else []
    asking = (one["id"] for one in question.get("choices", ()) if one.get("text_response"))
    if question.get("text_response") or any(one in picked for one in asking):
        return " ".join(rng.choice(WORDS) for _ in range(3))
    return None


def _choice(question: dict[str, Any], rng: random.Random) -> list[int]:
    ids = [choice["id"] for choice in question["choices"]]
    if not question["multiple"]:
        return [rng.choice(ids)]
    most = min(question["max_answers"] or len(ids), len(ids))
    return sorted(rng.sample(ids, rng.randint(1, most)))


def _text(question: dict[str, Any], rng: random.Random) -> str:
    words = " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, 30)))
    return words[: question["max_length"]] if question["max_length"] else words


def _matching(question: dict[str, Any], rng: random.Random) -> dict[str, str]:
    rights = [choice["id"] for choice in question["choices"]]
    return {str(left["id"]): str(rng.choice(rights)) for left in question["lefts"]}


def _ordering(question: dict[str, Any], rng: random.Random) -> list[int]:
    ids = [choice["id"] for choice in question["choices"]]
    return rng.sample(ids, len(ids))


def _number(question: dict[str, Any], rng: random.Random) -> str:
    low = int(float(question["min_value"] or 0))
    high = int(float(question["max_value"] or low + 100))
    return str(rng.randint(low, max(low, high)))


_MAKERS: Final[dict[str, Callable[[dict[str, Any], random.Random], Any]]] = {
    "bool": lambda _question, rng: rng.random() < 0.5,
    "char": _text,
    "text": _text,
    "choice": _choice,
    "int": _number,
    "rating": _number,
    "float": lambda _question, rng: f"{rng.uniform(0, 100):.3f}",
    "decimal": lambda _question, rng: f"{rng.uniform(0, 100):.2f}",
    "date": lambda _question, rng: f"2025-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
    "time": lambda _question, rng: f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}",
    "datetime": lambda _question, rng: (
        f"2025-05-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:00"
    ),
    "matching": _matching,
    "ordering": _ordering,
}
