"""Analysis of questions: hand-computed cases, and a plain implementation as the oracle."""

import statistics
from collections.abc import Sequence
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, strategies as st

from exams.domain.analysis import Analysis, analyse
from exams.domain.point_table import NOTHING, PointTable
from exams.domain.reliability import Undefined

Row = dict[int, tuple[Fraction, str | None]]  # question → points, what was given
POSSIBLE = {1: Fraction(1), 2: Fraction(2), 3: Fraction(1), 4: Fraction(0)}


def table_of(rows: Sequence[Row]) -> PointTable:
    table = PointTable()
    for row in rows:
        cells = []
        for question, (points, given_part) in row.items():
            column = table.column(question)
            code = NOTHING
            if given_part is not None:
                known = column.code_of(given_part)
                code = column.learn(given_part, (given_part,)) if known is None else known
            cells.append((question, table.worth(points, POSSIBLE[question]), code))
        table.add_row(cells)
    return table


def right_or_wrong(rows: Sequence[Sequence[int]]) -> Analysis:
    """Analyse rows of 0 and 1, every question worth one point; 1 is given as "a", 0 as "b"."""
    return analyse(
        table_of(
            [
                {at + 1: (POSSIBLE[at + 1] * one, "ab"[1 - one]) for at, one in enumerate(row)}
                for row in rows
            ]
        )
    )


def test_nobody_came() -> None:
    found = analyse(PointTable())
    assert found.questions == {}
    assert found.reliability.undefined is Undefined.FEW_CANDIDATES


def test_facility_and_counts_by_hand() -> None:
    rows: list[Row] = [
        {1: (Fraction(1), "a")},
        {1: (Fraction(1, 2), "c")},
        {1: (Fraction(0), "b")},
        {1: (Fraction(0), None)},
    ]
    found = analyse(table_of(rows)).questions[1]
    assert (found.asked, found.given, found.omitted, found.full) == (4, 3, 1, 1)
    assert found.facility == Fraction(3, 8)
    assert found.discrimination is None  # there is no other question to compare with
    assert {one.part: one.count for one in found.parts} == {"a": 1, "b": 1, "c": 1}


def test_discrimination_is_the_correlation_with_the_other_questions() -> None:
    # Question 1: 1 1 0 0. The others (2 worth two points, 3 worth one): 3 2 1 0.
    found = right_or_wrong([(1, 1, 1), (1, 1, 0), (0, 0, 1), (0, 0, 0)]).questions[1]
    assert found.discrimination == pytest.approx(statistics.correlation([1, 1, 0, 0], [3, 2, 1, 0]))
    assert found.efficiency == pytest.approx(1.0)  # nobody with less elsewhere got more here


def test_a_question_that_the_weak_get_right_discriminates_negatively() -> None:
    found = right_or_wrong([(0, 1, 1), (0, 1, 0), (1, 0, 0), (1, 0, 0)]).questions[1]
    assert found.discrimination is not None
    assert found.discrimination < 0
    assert found.efficiency is not None
    assert found.efficiency < 0


def test_the_two_groups_by_hand() -> None:
    # Ten candidates: 27 percent are three. Totals of question 1 and 2 and 3 fall one by one.
    rows: list[Row] = []
    for place in range(10):
        share = Fraction(9 - place, 10)
        mine = Fraction(1) if place < 4 else Fraction(0)
        rows.append({1: (mine, "a" if mine else "b"), 2: (2 * share, "x")})
    found = analyse(table_of(rows)).questions[1]
    assert (found.upper, found.lower) == (3, 3)
    assert found.upper_lower == 1
    counted = {one.part: (one.count, one.upper, one.lower) for one in found.parts}
    assert counted == {"a": (4, 3, 0), "b": (6, 0, 3)}


def test_who_ties_with_the_last_of_a_group_belongs_to_it() -> None:
    rows: list[Row] = [{1: (Fraction(1), "a"), 2: (Fraction(2), "x")} for _ in range(6)]
    rows += [{1: (Fraction(0), "b"), 2: (Fraction(0), "x")} for _ in range(6)]
    found = analyse(table_of(rows)).questions[1]
    assert (found.upper, found.lower) == (6, 6)


@pytest.mark.parametrize("count", [9, 12])
def test_few_candidates_or_equal_ones_have_no_groups(count: int) -> None:
    rows: list[Row] = [
        {1: (Fraction(count == 9 and place % 2), "a"), 2: (Fraction(1), "x")}
        for place in range(count)
    ]
    found = analyse(table_of(rows)).questions[1]
    assert (found.upper, found.lower, found.upper_lower) == (0, 0, None)


def test_a_question_without_points_is_only_counted() -> None:
    rows: list[Row] = [{1: (Fraction(1), "a"), 4: (Fraction(0), "3")} for _ in range(3)]
    found = analyse(table_of(rows))
    assert not found.questions[4].is_scored
    assert found.questions[4].facility is None
    assert found.questions[4].parts[0].count == 3
    assert found.reliability.questions == 1


def test_who_was_not_asked_does_not_count_for_a_question() -> None:
    rows: list[Row] = [
        {1: (Fraction(1), "a"), 2: (Fraction(2), "x")},
        {1: (Fraction(0), "b"), 3: (Fraction(1), "x")},
        {2: (Fraction(0), "x"), 3: (Fraction(0), "x")},
    ]
    found = analyse(table_of(rows))
    assert [found.questions[one].asked for one in (1, 2, 3)] == [2, 2, 2]
    assert found.reliability.undefined is Undefined.OTHER_QUESTIONS
    # question 1: (1 with 2 of 2 elsewhere), (0 with 1 of 1 elsewhere): the rest does not vary
    assert found.questions[1].discrimination is None
    assert found.questions[2].discrimination == pytest.approx(1.0)


def test_other_points_in_one_sitting_are_brought_to_one_scale() -> None:
    table = PointTable()
    for possible in (1, 2):
        for share in (0, 1):
            points = Fraction(possible * share)
            table.add_row(
                [
                    (1, table.worth(points, Fraction(possible)), NOTHING),
                    (2, table.worth(Fraction(share, 2), Fraction(1)), NOTHING),
                ]
            )
    found = analyse(table)
    assert found.questions[1].facility == Fraction(1, 2)
    assert found.questions[1].full == 2
    assert found.questions[1].possible == 2
    assert found.questions[1].discrimination == pytest.approx(1.0)
    assert found.questions[2].discrimination == pytest.approx(1.0)
    assert found.reliability.undefined is Undefined.OTHER_QUESTIONS


def test_where_a_question_was_taken_out_it_counts_as_not_asked() -> None:
    table = PointTable()
    counts, void = table.worth(Fraction(1), Fraction(1)), table.worth(Fraction(1), Fraction(0))
    column = table.column(1)
    a, b = column.learn("a", ("a",)), column.learn("b", ("b",))
    for worth, answer in ((counts, a), (void, b), (void, b)):
        table.add_row([(1, worth, answer), (2, counts, NOTHING)])
    figures = analyse(table).questions[1]
    assert (figures.asked, figures.given) == (1, 1)
    assert figures.facility == 1
    assert [one.part for one in figures.parts] == ["a"]


def test_a_question_taken_out_everywhere_is_only_counted() -> None:
    table = PointTable()
    void = table.worth(Fraction(1), Fraction(0))
    for _ in range(3):
        table.add_row([(1, void, NOTHING)])
    figures = analyse(table).questions[1]
    assert (figures.asked, figures.facility, figures.is_scored) == (3, None, False)


# -- the oracle --------------------------------------------------------------------------------
points_of = {
    1: st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1)]),
    2: st.sampled_from([Fraction(-1), Fraction(0), Fraction(1, 2), Fraction(2)]),
    3: st.sampled_from([Fraction(0), Fraction(1)]),
}
parts = st.sampled_from(["a", "b", None])
row = st.sets(st.sampled_from([1, 2, 3]), min_size=2).flatmap(
    lambda asked: st.fixed_dictionaries({one: st.tuples(points_of[one], parts) for one in asked})
)


@given(st.lists(row, min_size=1, max_size=25))
def test_a_plain_implementation_finds_the_same(rows: list[Row]) -> None:
    found = analyse(table_of(rows))
    for question, figures in found.questions.items():
        asked = [one for one in rows if question in one]
        mine = [one[question][0] for one in asked]
        rest = [
            sum((p for q, (p, _) in one.items() if q != question), Fraction(0))
            / sum(POSSIBLE[q] for q in one if q != question)
            for one in asked
        ]
        assert figures.asked == len(asked)
        assert figures.facility == sum(mine) / len(mine) / POSSIBLE[question]
        assert figures.omitted == sum(one[question][1] is None for one in asked)
        if len(set(mine)) == 1 or len(set(rest)) == 1:
            assert figures.discrimination is None
        else:
            expected = statistics.correlation([float(x) for x in mine], [float(x) for x in rest])
            assert figures.discrimination == pytest.approx(expected, abs=1e-7)
        for part in figures.parts:
            chose = [one for one in asked if one[question][1] == part.part]
            assert part.count == len(chose)
            assert part.points == sum(one[question][0] for one in chose) / (
                len(chose) * POSSIBLE[question]
            )


@given(st.lists(row, min_size=1, max_size=25), st.integers())
def test_the_order_of_the_attempts_changes_nothing(rows: list[Row], seed: int) -> None:
    def facts(analysis: Analysis) -> object:
        return {
            question: (one.facility, one.discrimination, one.upper_lower, frozenset(one.parts))
            for question, one in analysis.questions.items()
        }

    before = facts(analyse(table_of(rows)))
    Random(seed).shuffle(rows)
    assert facts(analyse(table_of(rows))) == before
