"""The list to print."""

from exams.exports.result_list import result_document
from exams.exports.typeset import Part
from exams.exports.workbook import ResultBook
from exams.selectors.question_statistics import question_lines
from exams.selectors.result_rows import rows_to_export
from exams.selectors.sittings import sitting_view
from exams.selectors.statistics import exam_statistics
from exams.tests.conftest import Cast
from exams.tests.marked import Marked, right_or_wrong, take


def book_of(marked: Marked) -> ResultBook:
    statistics = exam_statistics(marked.exam_id, [marked.sitting_id])
    return ResultBook(
        list(rows_to_export(marked.sitting_id)),
        question_lines(marked.exam_id, statistics, {}),
        statistics,
    )


def test_it_tells_figures_questions_and_every_candidate(cast: Cast) -> None:
    marked = take(
        cast,
        [("right", "right"), ("right", "wrong")],
        questions=[right_or_wrong("one"), right_or_wrong("two")],
        names={0: "Ana", 1: "Ben"},
    )
    made = result_document(sitting_view(marked.sitting_id), book_of(marked))
    assert ("Mean", "75") in made.facts
    bars, questions, candidates = made.tables
    assert bars.rows[-1] == ("90-100 %", Part(1.0), "1")
    assert [line[1] for line in questions.rows] == ["one", "two"]
    assert [(line[0], line[6], line[7]) for line in candidates.rows] == [
        ("Ana", "100", "Yes"),
        ("Ben", "50", "Yes"),
    ]
    for table in made.tables:
        assert all(len(line) == len(table.head) == len(table.widths) for line in table.rows)


def test_the_list_of_an_empty_sitting_has_no_empty_headings(cast: Cast) -> None:
    marked = take(cast, [], questions=[right_or_wrong("one")])
    made = result_document(sitting_view(marked.sitting_id), book_of(marked))
    assert [table.heading for table in made.tables] == ["", "", "Candidates"]
