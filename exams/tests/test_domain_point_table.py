"""The compact table of who got what."""

from fractions import Fraction

from exams.domain import point_table
from exams.domain.point_table import OTHER, PointTable


def test_equal_worths_are_kept_once() -> None:
    table = PointTable()
    half = table.worth(Fraction(1, 2), Fraction(1))
    assert table.worth(Fraction(2, 4), Fraction(1)) == half
    assert table.worth(Fraction(1, 2), Fraction(2)) != half
    assert len(table.worths) == 2


def test_a_row_goes_into_the_columns_of_its_questions() -> None:
    table = PointTable()
    right = table.worth(Fraction(1), Fraction(1))
    table.add_row([(7, right, 2), (8, right, 0)])
    table.add_row([(8, right, 3)])
    assert table.height == 2
    assert list(table.column(7).rows) == [0]
    assert list(table.column(8).rows) == [0, 1]
    assert list(table.column(8).answers) == [0, 3]


def test_an_answer_is_learnt_once() -> None:
    column = PointTable().column(1)
    assert column.code_of("paris") is None
    code = column.learn("paris", ("paris",))
    assert column.code_of("paris") == code
    assert column.parts[code] == ("paris",)


def test_more_different_answers_than_are_kept_are_counted_together() -> None:
    column = PointTable().column(1)
    for number in range(point_table.MOST_ANSWERS):
        column.learn(number, (str(number),))
    assert column.learn("one too many", ("x",)) == OTHER
    assert column.code_of("one too many") is None
    assert len(column.parts) == point_table.MOST_ANSWERS + 2
