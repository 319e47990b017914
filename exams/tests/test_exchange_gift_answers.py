"""Between the braces: which kind each form is."""

from decimal import Decimal

import pytest

from exams.domain.answer import QuestionKind as Kind
from exams.domain.texts import TextFormat
from exams.exchange.gift_answers import key_of
from exams.exchange.gift_syntax import BadItem, hide
from exams.exchange.items import ItemCode


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (None, Kind.INFO),
        ("", Kind.TEXT),
        (" \n ", Kind.TEXT),
        ("T", Kind.BOOL),
        ("false", Kind.BOOL),
        ("F#no#yes", Kind.BOOL),
        ("Truth", Kind.CHAR),
        ("=T", Kind.CHAR),
        ("One", Kind.CHAR),
        ("=a =b", Kind.CHAR),
        ("~a =b", Kind.CHOICE),
        ("=a->b =c->d", Kind.MATCHING),
        ("#1", Kind.FLOAT),
        (" #=1 =2", Kind.FLOAT),
        ("~a->b ~c", Kind.CHOICE),
    ],
)
def test_kind(answers: str | None, kind: Kind) -> None:
    assert key_of(answers, TextFormat.MOODLE).kind is kind


def test_a_weight_is_kept_to_five_places() -> None:
    (first, _) = key_of("~%33.333333%a ~%66.666667%b", TextFormat.HTML).choices
    assert first.fraction == Decimal("33.33333")


def test_an_escaped_sign_is_text() -> None:
    key = key_of(hide(r"=a \= b \~ c \# d"), TextFormat.HTML)
    assert [choice.text for choice in key.choices] == ["a = b ~ c # d"]


def test_an_error_knows_where_it_is() -> None:
    with pytest.raises(BadItem) as refusal:
        key_of("=right\n~%x%wrong", TextFormat.HTML)
    assert refusal.value.code is ItemCode.BAD_WEIGHT
    assert refusal.value.offset == 8


@pytest.mark.parametrize("answers", ["=a ~b" * 51, "#1" + "~#x" * 101])
def test_more_answers_than_a_question_can_have_are_refused_at_once(answers: str) -> None:
    with pytest.raises(BadItem) as refusal:
        key_of(answers, TextFormat.HTML)
    assert refusal.value.code is ItemCode.NOT_STORABLE
