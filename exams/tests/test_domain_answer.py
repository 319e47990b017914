"""Per kind: what is taken, what is refused and why; patterns only through RE2."""

import time as clock_time
import uuid
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from exams.domain.answer import (
    BadPattern,
    Fault,
    InvalidAnswer,
    QuestionKind as Kind,
    Rules,
    compile_pattern,
    is_empty,
    latin_digits,
    parse,
    to_decimal,
)

UPLOAD = uuid.UUID("6f1c1f9e-3a53-4f0f-8d29-0c5d5a1f7f10")
CHOICE: dict[str, Any] = {"choices": frozenset({1, 2, 3, 4})}
ITEMS: dict[str, Any] = {"choices": frozenset({1, 2, 3})}
MATCH: dict[str, Any] = {"choices": frozenset({11, 12}), "lefts": frozenset({1, 2})}

TAKEN: list[tuple[Kind, dict[str, Any], object, object]] = [
    (Kind.BOOL, {}, True, True),
    (Kind.BOOL, {}, False, False),
    *((Kind.BOOL, {}, word, True) for word in ("1", "t", "true", "y", "yes", " Yes ", "TRUE")),
    *((Kind.BOOL, {}, word, False) for word in ("0", "f", "false", "n", "no", "No")),
    (Kind.CHAR, {}, "x" * 255, "x" * 255),
    (Kind.CHAR, {"text_regex": "[a-c]+"}, "abc", "abc"),
    (Kind.TEXT, {"min_length": 3, "max_length": 3}, "abc", "abc"),
    (Kind.INT, {}, " 42 ", Decimal(42)),
    (Kind.INT, {}, "-7", Decimal(-7)),
    (Kind.INT, {}, "4.0", Decimal(4)),
    (Kind.INT, {"min_value": Decimal(1), "max_value": Decimal(1)}, "1", Decimal(1)),
    (Kind.RATING, {"min_value": Decimal(1), "max_value": Decimal(5)}, "5", Decimal(5)),
    (Kind.FLOAT, {}, "1e3", Decimal(1000)),
    (Kind.FLOAT, {}, "3,14", Decimal("3.14")),
    (Kind.FLOAT, {}, "۳٫۱۴", Decimal("3.14")),
    (Kind.FLOAT, {}, "−2", Decimal(-2)),
    (Kind.DECIMAL, {}, "99999999999999.0123456789", Decimal("99999999999999.0123456789")),
    (Kind.CHOICE, CHOICE, [2], frozenset({2})),
    (Kind.CHOICE, {**CHOICE, "max_answers": None}, [1, 2, 2], frozenset({1, 2})),
    (Kind.MATCHING, MATCH, {"1": 12, "2": "11"}, {1: 12, 2: 11}),
    (Kind.ORDERING, ITEMS, [3, "1", 2], (3, 1, 2)),
    (Kind.MATCHING, MATCH, {"1": 12, "2": ""}, {1: 12}),
    (Kind.DATE, {}, "2026-03-21", date(2026, 3, 21)),
    (Kind.DATE, {}, "۲۰۲۶-۰۳-۲۱", date(2026, 3, 21)),
    (Kind.DATETIME, {}, "2026-03-21T10:30", datetime(2026, 3, 21, 10, 30)),  # noqa: DTZ001 wall time
    (Kind.DATETIME, {}, "2026-03-21 10:30:05+03:30", datetime(2026, 3, 21, 10, 30, 5)),  # noqa: DTZ001 wall time
    (Kind.TIME, {}, "9:05", time(9, 5)),
    (Kind.TIME, {}, "23:59:59", time(23, 59, 59)),
    (Kind.FILE, {}, {"upload": str(UPLOAD), "name": "a.pdf"}, UPLOAD),
]

REFUSED: list[tuple[Kind, dict[str, Any], object, Fault]] = [
    (Kind.BOOL, {}, "maybe", Fault.WRONG_SHAPE),
    (Kind.BOOL, {"required": True}, "none", Fault.REQUIRED),
    (Kind.RATING, {}, "-1", Fault.TOO_SMALL),
    (Kind.RATING, {"min_value": Decimal(-5)}, "-1", Fault.TOO_SMALL),
    (Kind.INT, {"values": {5: "7"}}, [6], Fault.UNKNOWN_CHOICE),
    (Kind.INT, {"values": {5: "7"}}, [5, 5], Fault.TOO_MANY_CHOICES),
    (Kind.INT, {"values": {5: "7"}, "max_value": Decimal(6)}, [5], Fault.TOO_LARGE),
    (Kind.INT, {}, [5], Fault.WRONG_SHAPE),
    (Kind.BOOL, {}, 1, Fault.WRONG_SHAPE),
    (Kind.CHAR, {}, "x" * 256, Fault.TOO_LONG),
    (Kind.CHAR, {}, 7, Fault.WRONG_SHAPE),
    (Kind.CHAR, {"text_regex": "[a-c]+"}, "abcd", Fault.PATTERN),
    (Kind.TEXT, {"min_length": 3}, "ab", Fault.TOO_SHORT),
    (Kind.TEXT, {"max_length": 3}, "abcd", Fault.TOO_LONG),
    (Kind.TEXT, {}, "x" * 100_001, Fault.TOO_LONG),
    (Kind.INT, {}, "4.5", Fault.NOT_WHOLE),
    (Kind.INT, {}, "four", Fault.NOT_A_NUMBER),
    (Kind.INT, {}, "1_000", Fault.NOT_A_NUMBER),
    (Kind.FLOAT, {}, "NaN", Fault.NOT_A_NUMBER),
    (Kind.FLOAT, {}, "Infinity", Fault.NOT_A_NUMBER),
    (Kind.FLOAT, {}, "1e999999", Fault.NOT_A_NUMBER),
    (Kind.FLOAT, {}, "1,000.5,0", Fault.NOT_A_NUMBER),
    (Kind.FLOAT, {}, "9" * 65, Fault.TOO_LONG),
    (Kind.FLOAT, {}, 3, Fault.WRONG_SHAPE),
    (Kind.INT, {"min_value": Decimal(1)}, "0", Fault.TOO_SMALL),
    (Kind.INT, {"max_value": Decimal(5)}, "6", Fault.TOO_LARGE),
    (Kind.DECIMAL, {}, "0.01234567891", Fault.TOO_MANY_DIGITS),
    (Kind.DECIMAL, {}, "100000000000000", Fault.TOO_MANY_DIGITS),
    (Kind.CHOICE, CHOICE, [9], Fault.UNKNOWN_CHOICE),
    (Kind.CHOICE, CHOICE, [1, 2], Fault.TOO_MANY_CHOICES),
    (Kind.CHOICE, {**CHOICE, "min_answers": 2, "max_answers": 3}, [1], Fault.TOO_FEW_CHOICES),
    (Kind.CHOICE, CHOICE, ["one"], Fault.WRONG_SHAPE),
    (Kind.CHOICE, CHOICE, [True], Fault.WRONG_SHAPE),
    (Kind.CHOICE, CHOICE, "1", Fault.WRONG_SHAPE),
    (Kind.CHOICE, CHOICE, [1] * 201, Fault.WRONG_SHAPE),
    (Kind.ORDERING, ITEMS, [1, 2, 99], Fault.UNKNOWN_CHOICE),
    (Kind.ORDERING, ITEMS, [1, 2], Fault.TOO_FEW_CHOICES),
    (Kind.ORDERING, ITEMS, [1, 1, 2, 3], Fault.WRONG_SHAPE),
    (Kind.ORDERING, ITEMS, "1", Fault.WRONG_SHAPE),
    (Kind.MATCHING, MATCH, {"1": 99}, Fault.UNKNOWN_CHOICE),
    (Kind.MATCHING, MATCH, {"9": 11}, Fault.UNKNOWN_CHOICE),
    (Kind.MATCHING, MATCH, {"1": "x"}, Fault.WRONG_SHAPE),
    (Kind.MATCHING, MATCH, [1], Fault.WRONG_SHAPE),
    (Kind.DATE, {}, "21.03.2026", Fault.NOT_A_DATE),
    (Kind.DATE, {}, "2026-02-30", Fault.NOT_A_DATE),
    (Kind.DATETIME, {}, "2026-03-21", Fault.NOT_A_DATE),
    (Kind.DATETIME, {}, "now", Fault.NOT_A_DATE),
    (Kind.TIME, {}, "24:00", Fault.NOT_A_TIME),
    (Kind.TIME, {}, "9", Fault.NOT_A_TIME),
    (Kind.TIME, {}, "9:5:1:0", Fault.NOT_A_TIME),
    (Kind.TIME, {}, "9:-5", Fault.NOT_A_TIME),
    (Kind.FILE, {}, {"upload": "no"}, Fault.WRONG_SHAPE),
    (Kind.FILE, {}, {"other": str(UPLOAD)}, Fault.WRONG_SHAPE),
    (Kind.FILE, {}, str(UPLOAD), Fault.WRONG_SHAPE),
    (Kind.INFO, {}, "anything", Fault.NOT_ANSWERABLE),
]


@pytest.mark.parametrize(("kind", "limits", "value", "expected"), TAKEN)
def test_taken(kind: Kind, limits: dict[str, Any], value: object, expected: object) -> None:
    assert parse(Rules(kind=kind, **limits), value) == expected


@pytest.mark.parametrize(("kind", "limits", "value", "fault"), REFUSED)
def test_refused(kind: Kind, limits: dict[str, Any], value: object, fault: Fault) -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        parse(Rules(kind=kind, **limits), value)
    assert refusal.value.fault is fault


ANSWERABLE = [kind for kind in Kind if kind is not Kind.INFO]


@pytest.mark.parametrize("kind", ANSWERABLE)
@pytest.mark.parametrize("nothing", [None, "", "  ", [], {}, {"1": None}, {"1": ""}])
def test_nothing_is_fine_unless_it_is_required(kind: Kind, nothing: object) -> None:
    assert is_empty(nothing)
    assert parse(Rules(kind=kind), nothing) is None
    with pytest.raises(InvalidAnswer) as refusal:
        parse(Rules(kind=kind, required=True), nothing)
    assert refusal.value.fault is Fault.REQUIRED


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(ANSWERABLE), json_values)
def test_whatever_json_comes_it_is_taken_or_refused_with_a_fault(kind: Kind, value: object) -> None:
    rules = Rules(kind=kind, required=True, choices=frozenset({1}), lefts=frozenset({1}))
    try:
        parsed = parse(rules, value)
    except InvalidAnswer:
        parsed = None
    assert parsed is None or not is_empty(value)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=5, min_value=-(10**9), max_value=10**9
    )
)
def test_a_number_is_the_same_in_persian_digits(number: Decimal) -> None:
    plain = format(number, "f")
    persian = plain.translate(str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫"))
    assert to_decimal(persian) == to_decimal(plain) == number
    assert latin_digits(persian).replace("٫", ".") == plain


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?=a)b",
        r"(a)\1",
        r"(?<!x)y",
        r"a++",
        r"\Z",
        "(",
        "[",
        "a{1,1001}",
        "x" * 501,
        r"(?P<a>b)(?P=a)",
    ],
)
def test_a_pattern_outside_of_linear_time_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", [r"^(a+)+$", r"(a|aa)+$", r"(.*a){20}", r"(x+x+)+y", r"([a-z]+)*\d"]
)
def test_a_pattern_that_would_stall_a_backtracking_engine_does_not(pattern: str) -> None:
    matches = compile_pattern(pattern)
    started = clock_time.process_time()
    matches("a" * 20_000 + "!")
    assert clock_time.process_time() - started < 2


def test_a_pattern_must_match_the_whole_text() -> None:
    assert compile_pattern("[0-9]{4}")("1234")
    assert not compile_pattern("[0-9]{4}")("12345")
    assert compile_pattern("")("")


@pytest.mark.parametrize("word", ["none", "null", "nil", " NONE ", ""])
def test_a_word_for_neither_is_no_answer_to_yes_or_no(word: str) -> None:
    assert parse(Rules(kind=Kind.BOOL), word) is None
    assert parse(Rules(kind=Kind.CHAR), word or "x") == (word or "x")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [(Kind.INT, "7", Decimal(7)), (Kind.BOOL, "no", False), (Kind.CHAR, "Mars", "Mars")],
)
def test_a_labelled_value_picked_by_its_key_is_that_value(
    kind: Kind, text: str, value: object
) -> None:
    rules = Rules(kind=kind, values={5: text})
    assert parse(rules, [5]) == parse(rules, ["5"]) == value
    assert parse(rules, text) == value
    assert parse(rules, []) is None
