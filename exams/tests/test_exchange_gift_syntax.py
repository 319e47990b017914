"""The outer shape: escapes and lines survive taking an item apart."""

import pytest
from hypothesis import given, strategies as st

from exams.domain.texts import TextFormat
from exams.exchange.gift_syntax import (
    BadItem,
    Block,
    blocks_of,
    hide,
    parts_of,
    restore,
    split_format,
    unknown_format,
)


@given(st.text(alphabet="ab:#={}~ ", max_size=30))
def test_escaping_every_control_character_gives_the_text_back(text: str) -> None:
    escaped = "".join("\\" + char if char in ":#={}~" else char for char in text)
    hidden = hide(escaped)
    assert not set(hidden) & set("#={}~")
    assert restore(hidden) == text.strip()


def test_a_backslash_before_anything_else_stays() -> None:
    assert restore(hide(r"\neq \\neq \a")) == "\neq \\neq \\a"


def test_private_characters_of_the_file_do_not_become_escapes() -> None:
    assert restore(hide("\ue000\ue003")) == "\ufffd\ufffd"


@given(st.lists(st.sampled_from(["", "text", "// note", "more {T}"]), max_size=12))
def test_a_block_knows_its_line(lines: list[str]) -> None:
    for block in blocks_of("\n".join(lines)):
        first = block.text.split("\n")[0]
        assert lines[block.line - 1] == first
        assert block.line_at(len(block.text)) <= len(lines)


def test_comments_part_nothing_but_count_as_lines() -> None:
    (block,) = blocks_of("a\n// note\nb")
    assert (block.text, block.line_at(block.text.index("b"))) == ("a\n\nb", 3)


@pytest.mark.timeout(20)
def test_an_open_brace_before_very_many_empty_lines_does_not_stop_the_reader() -> None:
    (block,) = blocks_of("q {" + "\n" * 200_000)  # minutes when each line counts them all anew
    assert block.text == "q {"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("$course$/top/Default for X", "Default for X"),
        ("a/b/c", "c"),
        ("tom//dick", "tom/dick"),
        ("$module$/top", ""),
        ("", ""),
    ],
)
def test_the_last_part_of_a_category_is_the_section(path: str, name: str) -> None:
    (block,) = blocks_of(f"$CATEGORY: {path}\n\nx{{T}}")
    assert block.category == name


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("Really?{T}.", "Really?"),
        ("Two is {T}.", "Two is _____."),
        ("{T} is it", "_____ is it"),
        ("A {T} b? {x", None),
    ],
)
def test_a_gap_is_left_only_inside_a_sentence(text: str, prompt: str | None) -> None:
    block = Block(1, hide(text), "")
    if prompt is None:
        with pytest.raises(BadItem):
            parts_of(block)
    else:
        assert restore(parts_of(block).prompt) == prompt


def test_formats() -> None:
    assert split_format(" [HTML] x") == (TextFormat.HTML, " x")
    assert split_format("[what]x") == (None, "[what]x")
    assert unknown_format("[latex]x") == "[latex]"
    assert unknown_format("[1, 2] are numbers") == ""
    assert unknown_format("plain") == ""
