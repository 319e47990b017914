import random
from typing import Any

import pytest

from rehearsal.answers import answer_to, text_beside

QUESTION: dict[str, Any] = {
    "choices": [{"id": 4}, {"id": 5}, {"id": 6}],
    "lefts": [{"id": 1}, {"id": 2}],
    "multiple": True,
    "max_answers": 2,
    "max_length": 12,
    "min_value": "3",
    "max_value": "9",
}


@pytest.mark.parametrize("seed", range(20))
def test_answers_keep_to_the_limits_of_the_question(seed: int) -> None:
    rng = random.Random(seed)
    chosen = answer_to({**QUESTION, "kind": "choice"}, rng)
    assert set(chosen) <= {4, 5, 6}
    assert 1 <= len(chosen) <= 2
    typed = {**QUESTION, "choices": []}
    assert len(answer_to({**typed, "kind": "text"}, rng)) <= 12
    assert 3 <= int(answer_to({**typed, "kind": "int"}, rng)) <= 9
    assert set(answer_to({**QUESTION, "kind": "matching"}, rng)) == {"1", "2"}
    assert sorted(answer_to({**QUESTION, "kind": "ordering"}, rng)) == sorted(
        choice["id"] for choice in QUESTION["choices"]
    )


@pytest.mark.parametrize("kind", ["info", "file"])
def test_what_a_simulated_browser_cannot_give_is_left_out(kind: str) -> None:
    assert answer_to({**QUESTION, "choices": [], "kind": kind}, random.Random(1)) is None


@pytest.mark.parametrize("kind", ["int", "date", "char", "bool"])
def test_a_value_that_is_offered_is_picked(kind: str) -> None:
    (picked,) = answer_to({**QUESTION, "kind": kind}, random.Random(1))
    assert picked in {4, 5, 6}


def test_words_are_given_beside_an_answer_only_where_they_are_asked_for() -> None:
    rng = random.Random(1)
    other = {**QUESTION, "kind": "choice", "choices": [{"id": 4}, {"id": 5, "text_response": True}]}
    assert text_beside(other, [4], rng) is None
    assert text_beside(other, [4, 5], rng)
    assert text_beside({**QUESTION, "kind": "int", "text_response": True}, "3", rng)
    assert text_beside({"kind": "float"}, "3", rng) is None
