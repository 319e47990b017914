"""One student's result sheet."""

from decimal import Decimal

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.exports.result_sheet import sheet_document
from exams.selectors.results import marked_paper
from exams.services import handmarks, markings
from exams.services.handmarks import HandMark
from exams.services.markings import GivenPoints
from exams.tests.conftest import Cast
from exams.tests.marked import right_or_wrong, take
from exams.tests.test_services_markings import rubric_exam

ESSAY = QuestionDraft(name="e", kind=QuestionKind.TEXT, prompt="Write *freely*", points=Decimal(2))
RATING = QuestionDraft(
    name="r",
    kind=QuestionKind.RATING,
    prompt="How was it?",
    points=Decimal(0),
    min_value=Decimal(1),
    max_value=Decimal(5),
)


def test_it_tells_what_was_given_and_what_it_earned(cast: Cast) -> None:
    marked = take(
        cast,
        [("right", "x" * 700, "4")],
        questions=[right_or_wrong("one"), ESSAY, RATING],
        names={0: "#Ana"},
    )
    handmarks.mark_answer(
        marked.attempt_ids[0],
        HandMark(marked.questions[1].id, Decimal("1.5"), "Well *done*"),
        actor_id=cast.grader.pk,
    )
    made = sheet_document(marked_paper(marked.attempt_ids[0]))
    assert made.subtitle == "Result sheet, not released"
    facts = dict(made.facts)
    assert (facts["Name"], facts["Points"], facts["Score"]) == ("#Ana", "2.5 / 3", "83.33%")
    assert "Released" not in facts
    (table,) = made.tables
    choice, essay, rating = table.rows
    assert choice == ("1", "prompt of one", "right", "1 / 1", "")
    assert essay[1] == "Write freely"
    assert len(essay[2]) == 601  # type: ignore[arg-type]  # a text, no bar
    assert essay[3:] == ("1.5 / 2", "Well *done*")
    assert rating[2:4] == ("4", "Not counted")


def test_an_answer_left_out_and_a_mark_that_waits_say_so(cast: Cast) -> None:
    marked = take(cast, [(None, "an essay")], questions=[right_or_wrong("one"), ESSAY])
    (table,) = sheet_document(marked_paper(marked.attempt_ids[0])).tables
    assert table.rows[0][2:4] == ("No answer", "0 / 1")
    assert table.rows[1][2:4] == ("an essay", "— / 2")


def test_right_answers_have_a_column_where_they_may_be_seen(cast: Cast) -> None:
    marked = take(cast, [("wrong", None)], questions=[right_or_wrong("one"), ESSAY])
    paper = marked_paper(marked.attempt_ids[0])
    assert "Right answer" not in sheet_document(paper).tables[0].head
    (table,) = sheet_document(paper, right={marked.questions[0].id: ("<b>right</b>",)}).tables
    assert [row[3] for row in table.rows] == ["right", ""]
    assert all(len(row) == len(table.head) == len(table.widths) for row in table.rows)


def test_what_the_criteria_of_a_rubric_earned_stands_with_the_comment(cast: Cast) -> None:
    marked = take(cast, [("An essay.",)], exam_id=rubric_exam(cast))
    marking_id = markings.claim_next(marked.sitting_id, actor_id=cast.grader.pk)
    assert marking_id is not None
    picked = GivenPoints(levels={0: 1, 1: 1}, remarks={0: "Half of it"}, comment="Go on")
    markings.give_mark(marking_id, picked, actor_id=cast.grader.pk)
    (table,) = sheet_document(marked_paper(marked.attempt_ids[0])).tables
    assert table.rows[0][-1] == "Go on; Idea: 1.5 / 3 · Half of it; Style: 1 / 1"
