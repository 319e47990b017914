"""Texts: what they cost, which variables they may use, how they are filled in."""

import pytest
from hypothesis import given, strategies as st

from notifications.domain.text import (
    MAX_SEGMENTS,
    OF_A_SITTING,
    Encoding,
    Variable,
    check_text,
    render,
    size_of,
    variables_of,
)
from notifications.errors import TextRefused

GSM, UCS = Encoding.GSM7, Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "capacity"),
    [
        ("", GSM, 0, 0, 160),
        ("a" * 160, GSM, 160, 1, 160),
        ("a" * 161, GSM, 161, 2, 306),
        ("a" * 307, GSM, 307, 3, 459),
        ("€" * 80, GSM, 160, 1, 160),
        ("€" * 81, GSM, 162, 2, 306),
        ("ü" * 160, GSM, 160, 1, 160),
        ("س" * 70, UCS, 70, 1, 70),
        ("س" * 71, UCS, 71, 2, 134),
        ("a" * 69 + "س", UCS, 70, 1, 70),
        ("😀" * 35, UCS, 70, 1, 70),
        ("😀" * 36, UCS, 72, 2, 134),
    ],
)
def test_the_size_is_what_an_operator_counts(
    text: str, encoding: Encoding, units: int, segments: int, capacity: int
) -> None:
    size = size_of(text)
    found = (size.encoding, size.units, size.segments, size.capacity)
    assert found == (encoding, units, segments, capacity)


@given(st.text(max_size=500))
def test_a_text_always_fits_into_its_segments(text: str) -> None:
    if any(0xD800 <= ord(char) < 0xE000 for char in text):
        return
    size = size_of(text)
    assert size.units <= size.capacity
    assert (size.segments == 0) == (text == "")


def test_variables_are_listed_once_in_order() -> None:
    assert variables_of("{name} {exam} {name} {start}") == ["name", "exam", "start"]


@pytest.mark.parametrize(
    ("text", "reason", "variable"),
    [
        ("", "empty", None),
        ("  \n ", "empty", None),
        ("Hello {nmae}", "unknown_variable", "nmae"),
        ("Hello {}", "unknown_variable", ""),
        ("Hello { name }", "unknown_variable", " name "),
        ("Hello {name.__class__}", "unknown_variable", "name.__class__"),
        ("Hello {name", "brace", None),
        ("Hello name}", "brace", None),
        ("Hello {{name}}", "brace", None),
        ("{exam} soon", "needs_sitting", "exam"),
        ("at {time}", "needs_sitting", "time"),
        ("x" * 1000, "too_long", None),
    ],
)
def test_a_text_is_refused_when_it_is_written(text: str, reason: str, variable: str | None) -> None:
    with pytest.raises(TextRefused) as refusal:
        check_text(text, has_sitting=False)
    assert refusal.value.data["reason"] == reason
    assert refusal.value.data.get("variable") == variable


def test_every_variable_is_allowed_with_a_sitting_and_the_others_without() -> None:
    check_text(" ".join(f"{{{name}}}" for name in Variable), has_sitting=True)
    check_text(" ".join(f"{{{name}}}" for name in set(Variable) - OF_A_SITTING), has_sitting=False)


def test_the_longest_allowed_text_is_allowed() -> None:
    check_text("a" * (153 * MAX_SEGMENTS), has_sitting=False)
    with pytest.raises(TextRefused):
        check_text("a" * (153 * MAX_SEGMENTS + 1), has_sitting=False)


def test_values_are_filled_in_once_and_never_read_as_a_template() -> None:
    values = {Variable.NAME: "{exam}", Variable.EXAM: "Algebra"}
    assert render(" {name}: {exam}\n", values) == "{exam}: Algebra"


def test_nothing_half_filled_is_ever_returned() -> None:
    with pytest.raises(TextRefused):
        render("{name} {exam}", {Variable.NAME: "Ana"})
    with pytest.raises(TextRefused):
        render("{other}", {Variable.NAME: "Ana"})
