"""The walk through an exam: seed 002's rules of branching, one by one."""

from decimal import Decimal
from typing import Any

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.content import ExamContent
from exams.domain.policy import Navigation
from exams.domain.walk import carriers, may_go_on, next_page, simulate, turn_of, walk
from exams.tests.branching import ask, exam, option, paper_of, section


def asked(content: ExamContent, given: dict[int, object] | None = None) -> list[int]:
    return walk(content, paper_of(content), given or {})


def three(**first: Any) -> ExamContent:
    """Section 1 with a question that leads, and a plain one behind it; sections 2, 3 and 4."""
    leading = ask(1, option(11, **first), option(12))
    return exam(
        section(1, leading, ask(2)), section(2, ask(3)), section(3, ask(4)), section(4, ask(5))
    )


def test_sections_come_in_their_order() -> None:
    assert asked(three(to=3)) == [1, 2, 3, 4, 5]


def test_a_section_says_where_it_goes_on() -> None:
    content = exam(section(1, ask(1), to=3), section(2, ask(2)), section(3, ask(3)))
    assert asked(content) == [1, 3]


def test_a_chosen_answer_overrides_where_its_section_goes_on() -> None:
    content = exam(
        section(1, ask(1, option(11, to=2), option(12)), to=3),
        section(2, ask(2)),
        section(3, ask(3)),
    )
    assert asked(content) == [1, 3]
    assert asked(content, {1: [11]}) == [1, 2, 3]


def test_the_last_answered_in_order_wins() -> None:
    content = exam(
        section(1, ask(1, option(11, to=2), option(12)), ask(2, option(21, to=3), option(22))),
        section(2, ask(3)),
        section(3, ask(4)),
    )
    assert asked(content, {1: [11], 2: [21]}) == [1, 2, 4]
    assert asked(content, {2: [21], 1: [11]}) == [1, 2, 4]
    assert asked(content, {1: [11]}) == [1, 2, 3, 4]


def test_of_several_choices_of_one_question_the_last_in_order_wins() -> None:
    both = ask(1, option(11, to=2), option(12, to=3), max_answers=None)
    content = exam(section(1, both), section(2, ask(2)), section(3, ask(3)))
    assert asked(content, {1: [12, 11]}) == [1, 3]


def test_the_rest_of_the_section_is_still_asked_after_a_jump() -> None:
    assert asked(three(to=3), {1: [11]}) == [1, 2, 4, 5]


def test_the_rest_of_the_section_is_still_asked_before_the_exam_ends() -> None:
    assert asked(three(end_exam=True), {1: [11]}) == [1, 2]


def test_ending_the_section_skips_its_rest_at_once() -> None:
    assert asked(three(end_question_pool=True), {1: [11]}) == [1, 3, 4, 5]


def test_ending_the_section_ends_only_this_one() -> None:
    content = exam(
        section(1, ask(1, option(11, end_question_pool=True), option(12)), ask(2)),
        section(2, ask(3), ask(4)),
        section(3, ask(5), ask(6)),
    )
    assert asked(content, {1: [11]}) == [1, 3, 4, 5, 6]


def test_an_answer_that_ends_the_section_and_leads_elsewhere_does_both() -> None:
    assert asked(three(end_question_pool=True, to=4), {1: [11]}) == [1, 5]


def test_what_is_behind_the_end_of_a_section_no_longer_leads() -> None:
    content = exam(
        section(
            1,
            ask(1, option(11, end_question_pool=True), option(12)),
            ask(2, option(21, to=3), option(22)),
        ),
        section(2, ask(3)),
        section(3, ask(4)),
    )
    assert asked(content, {1: [11], 2: [21]}) == [1, 3, 4]


def test_the_end_of_the_exam_wins_over_a_jump() -> None:
    content = exam(
        section(1, ask(1, option(11, end_exam=True)), ask(2, option(21, to=2))), section(2, ask(3))
    )
    assert asked(content, {1: [11], 2: [21]}) == [1, 2]


@pytest.mark.parametrize("target", [1, 2, 99])
def test_a_jump_that_does_not_lead_forward_is_passed_over(target: int) -> None:
    content = exam(
        section(1, ask(1)), section(2, ask(2, option(21, to=target))), section(3, ask(3))
    )
    assert asked(content, {2: [21]}) == [1, 2, 3]


def test_a_section_that_leads_back_goes_on_in_order() -> None:
    content = exam(section(1, ask(1)), section(2, ask(2), to=1), section(3, ask(3)))
    assert asked(content) == [1, 2, 3]


@pytest.mark.parametrize("answer", [[11, 12], [11, 999], ["11"]])
def test_an_answer_leads_also_when_it_is_not_valid(answer: list[object]) -> None:
    assert asked(three(to=4), {1: answer}) == [1, 2, 5]


@pytest.mark.parametrize("right", [True, False, None])
def test_an_answer_leads_whether_right_or_wrong_or_unmarked(*, right: bool | None) -> None:
    assert asked(three(to=4, right=right), {1: [11]}) == [1, 2, 5]


VALUES = [
    (QuestionKind.INT, "7", "007"),
    (QuestionKind.INT, "7", "۷"),
    (QuestionKind.DECIMAL, "7.50", "7,5"),
    (QuestionKind.FLOAT, "1e3", "1000"),
    (QuestionKind.RATING, "3", "3"),
    (QuestionKind.CHAR, "Mars", " mars "),
    (QuestionKind.BOOL, "true", True),
    (QuestionKind.BOOL, "no", False),
    (QuestionKind.BOOL, "true", "y"),
    (QuestionKind.DATE, "2026-11-21", "2026-11-21"),
    (QuestionKind.DATETIME, "2026-11-21T10:30", "2026-11-21 10:30:00"),
    (QuestionKind.TIME, "9:05", "09:05:00"),
]


@pytest.mark.parametrize(("kind", "value", "answer"), VALUES)
@pytest.mark.parametrize("right", [True, False, None])
def test_a_value_leads_where_the_choices_that_equal_it_lead(
    kind: QuestionKind, value: str, answer: object, *, right: bool | None
) -> None:
    content = exam(
        section(1, ask(1, option(11, value, to=3, right=right), kind=kind)),
        section(2, ask(2)),
        section(3, ask(3)),
    )
    assert asked(content, {1: answer}) == [1, 3]
    assert asked(content, {1: ""}) == [1, 2, 3]
    assert asked(content, {1: "x"}) == [1, 2, 3]


def test_a_value_out_of_its_limits_leads_all_the_same() -> None:
    question = ask(1, option(11, "7", to=3), kind=QuestionKind.INT, max_value=Decimal(5))
    content = exam(section(1, question), section(2, ask(2)), section(3, ask(3)))
    assert asked(content, {1: "7"}) == [1, 3]


def test_all_choices_of_one_value_lead_together() -> None:
    question = ask(
        1,
        option(11, "7", end_question_pool=True),
        option(12, "7.0", to=2),
        option(13, "8", to=1),
        kind=QuestionKind.INT,
    )
    turn = turn_of(question, "7")
    assert (turn.ends_pool, turn.jumps) == (True, (2,))


def test_a_labelled_value_that_was_picked_leads_as_its_value() -> None:
    question = ask(
        1,
        option(11, "7", label="seven", to=3),
        option(12, "8", label="eight"),
        option(13, "7", end_exam=True),
        kind=QuestionKind.INT,
    )
    assert [one.key for one in carriers(question, [11])] == [11, 13]
    assert carriers(question, [13]) == ()
    assert carriers(question, [12]) == (question.choices[1],)


@pytest.mark.parametrize("kind", [QuestionKind.ORDERING, QuestionKind.MATCHING])
def test_what_is_judged_as_a_whole_never_leads(kind: QuestionKind) -> None:
    assert carriers(ask(1, option(11, to=2), option(12), kind=kind), [11, 12]) == ()


# ── Pages ───────────────────────────────────────────────────────────────────────────────────
def pages(content: ExamContent, given: dict[int, object]) -> list[int]:
    paper, walked = paper_of(content, Navigation.SECTIONS), [0]
    while (after := next_page(content, paper, walked[-1], given)) is not None:
        walked.append(after)
    return [one.id for index in walked for one in paper.page(index)]


@pytest.mark.parametrize("answer", [{}, {1: [11]}, {1: [12]}])
@pytest.mark.parametrize("effect", [{"to": 3}, {"end_exam": True}, {"end_question_pool": True}, {}])
def test_page_after_page_asks_what_the_walk_asks(
    answer: dict[int, object], effect: dict[str, Any]
) -> None:
    content = three(**effect)
    assert pages(content, answer) == asked(content, answer)


def test_the_page_is_the_last_one_only_when_nothing_can_follow() -> None:
    content = three(end_exam=True)
    paper = paper_of(content)
    goes_on = [may_go_on(content, paper, index, {}) for index in range(paper.page_count)]
    assert goes_on == [True, True, True, False]


def test_nothing_can_follow_once_a_closed_page_has_ended_the_exam() -> None:
    gate = ask(1, option(11, end_exam=True), option(12, end_question_pool=True))
    content = exam(section(1, gate, ask(2)), section(2, ask(3)))
    paper = paper_of(content)
    assert may_go_on(content, paper, 0, {1: [11]})
    assert not may_go_on(content, paper, 1, {1: [11]})
    assert may_go_on(content, paper, 1, {1: [12]})


def test_a_section_without_questions_is_nothing_that_could_follow() -> None:
    content = exam(section(1, ask(1, option(11, to=3))), section(2), section(3))
    assert not may_go_on(content, paper_of(content), 0, {})


def test_answers_on_the_open_page_may_still_change_and_close_nothing() -> None:
    content = three(end_exam=True)
    assert may_go_on(content, paper_of(content), 0, {1: [11]})


def test_walking_as_a_student_shows_page_after_page_and_the_way() -> None:
    content = three(to=3)
    paper = paper_of(content)
    first = simulate(content, paper, {}, closed=0)
    assert (first.page, first.asked, first.pools) == (0, (1, 2), (1,))
    second = simulate(content, paper, {1: [11]}, closed=1)
    assert ([one.id for one in second.shown], second.pools) == ([4], (1, 3))
    end = simulate(content, paper, {1: [11]}, closed=9)
    assert (end.page, end.shown, end.asked, end.closed) == (None, (), (1, 2, 4, 5), (0, 2, 3))
    empty = exam(section(1))
    assert simulate(empty, paper_of(empty), {}, closed=0).page is None
