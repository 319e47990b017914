"""How one section can be left."""

from fractions import Fraction

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.turns import Tally, asked_of, exits_of, leads_back, turns_of
from exams.tests.branching import ask, option, section


def earned(tally: Tally) -> Fraction:
    return tally.earned


def test_a_section_that_leads_nowhere_is_left_in_order_with_all_its_points() -> None:
    pools = [section(1, ask(1), ask(2)), section(2, ask(3))]
    assert exits_of(pools, 0, earned) == {1: Tally(Fraction(2), Fraction(2))}
    assert exits_of(pools, 1, earned) == {None: Tally(Fraction(1), Fraction(1))}


def test_each_way_out_has_the_points_of_its_best_answers() -> None:
    first = ask(1, option(11, right=True, to=3), option(12, right=False, end_exam=True))
    pools = [section(1, first, ask(2)), section(2, ask(3)), section(3, ask(4))]
    assert exits_of(pools, 0, earned) == {
        1: Tally(Fraction(1), Fraction(2)),
        2: Tally(Fraction(2), Fraction(2)),
        None: Tally(Fraction(1), Fraction(2)),
    }


def test_who_leaves_at_once_is_not_asked_the_rest() -> None:
    gate = ask(1, option(11, right=True, end_question_pool=True, end_exam=True), option(12))
    pools = [section(1, gate, ask(2))]
    assert exits_of(pools, 0, lambda tally: -tally.possible) == {
        None: Tally(Fraction(1), Fraction(1))
    }


@pytest.mark.parametrize(("target", "back"), [(1, True), (2, True), (3, False), (9, True)])
def test_only_a_later_section_is_forward(target: int, *, back: bool) -> None:
    pools = [section(1), section(2), section(3)]
    assert leads_back(pools, 1, target) is back


def test_a_draw_asks_no_more_than_there_is() -> None:
    assert asked_of(section(1, ask(1), randomize_questions=True, number_to_answer=5)) == 1
    assert asked_of(section(1, ask(1), ask(2), number_to_answer=1)) == 2


def test_a_value_may_be_one_that_no_key_describes() -> None:
    question = ask(1, option(11, "7", right=True, to=2), kind=QuestionKind.INT, required=True)
    found = {turn.jumps: tally.earned for turn, tally in turns_of(question, earned)}
    assert found == {(2,): 1, (): 0}
