"""Which widgets a kind of question has."""

import pytest

from exams.domain.answer import QuestionKind as Kind
from exams.domain.widgets import WIDGETS, Widget, fits, widget_of


def test_every_kind_says_how_it_is_drawn() -> None:
    assert set(WIDGETS) == set(Kind)


@pytest.mark.parametrize("kind", [kind for kind in Kind if WIDGETS[kind]])
def test_the_first_widget_of_a_kind_is_its_default(kind: Kind) -> None:
    assert widget_of(kind, None, multiple=False) is WIDGETS[kind][0]


def test_a_widget_of_another_kind_gives_way_to_the_default() -> None:
    assert not fits(Kind.DATE, Widget.CHECKBOX, multiple=False)
    assert widget_of(Kind.DATE, Widget.CHECKBOX, multiple=False) is Widget.DATE
    assert widget_of(Kind.DATE, Widget.SELECT, multiple=False) is Widget.SELECT


def test_one_choice_and_several_have_widgets_of_their_own() -> None:
    assert widget_of(Kind.CHOICE, Widget.SELECT_SEVERAL, multiple=False) is Widget.RADIO
    assert widget_of(Kind.CHOICE, Widget.RADIO, multiple=True) is Widget.CHECKBOXES
    assert widget_of(Kind.CHOICE, Widget.SELECT_SEVERAL, multiple=True) is Widget.SELECT_SEVERAL


def test_a_file_is_drawn_in_one_way_only() -> None:
    assert widget_of(Kind.FILE, None, multiple=False) is None
