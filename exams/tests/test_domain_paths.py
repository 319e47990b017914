"""The check of the ways through an exam, and their picture."""

from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from exams.domain.answer import QuestionKind
from exams.domain.content import ExamContent, QuestionContent
from exams.domain.paths import EdgeKind, Flaw, report_paths
from exams.domain.scoring import mark, total
from exams.domain.walk import walk
from exams.tests.branching import ask, exam, option, paper_of, section


def flaws(content: ExamContent) -> list[tuple[Flaw, int]]:
    return [(one.flaw, one.pool_id) for one in report_paths(content).findings]


def test_an_exam_that_never_branches_has_one_way_and_no_flaw() -> None:
    report = report_paths(exam(section(1, ask(1), ask(2)), section(2, ask(3))))
    assert (report.paths, report.endings, report.findings) == (1, 1, ())
    assert report.most_points == report.least_possible == 3
    assert report.best_score == 100
    assert [(one.source, one.target, one.kind) for one in report.edges] == [
        (1, 2, EdgeKind.ORDER),
        (2, None, EdgeKind.ORDER),
    ]


def test_an_empty_exam_has_no_way() -> None:
    report = report_paths(exam())
    assert (report.paths, report.endings, report.best_score) == (0, 0, None)
    assert report.most_points == 0


def test_endings_and_ways_are_counted() -> None:
    first = ask(1, option(11, to=3), option(12, end_exam=True), option(13))
    report = report_paths(exam(section(1, first), section(2, ask(2)), section(3, ask(3))))
    assert (report.paths, report.endings) == (3, 2)


def test_a_section_that_nobody_reaches_is_found() -> None:
    content = exam(section(1, ask(1), to=3), section(2, ask(2)), section(3, ask(3)))
    assert flaws(content) == [(Flaw.UNREACHABLE, 2)]
    assert [node.is_reachable for node in report_paths(content).nodes] == [True, False, True]


def test_a_section_is_reached_when_one_answer_leads_there() -> None:
    content = exam(
        section(1, ask(1, option(11, to=2), option(12)), to=3),
        section(2, ask(2)),
        section(3, ask(3)),
    )
    assert flaws(content) == []


def test_required_questions_that_all_lead_away_leave_a_section_alone() -> None:
    both = ask(1, option(11, to=3), option(12, end_exam=True), required=True)
    content = exam(section(1, both), section(2, ask(2)), section(3, ask(3)))
    assert flaws(content) == [(Flaw.UNREACHABLE, 2)]


@pytest.mark.parametrize("target", [1, 2])
def test_what_leads_back_is_found(target: int) -> None:
    content = exam(
        section(1, ask(1)), section(2, ask(2, option(21, to=target))), section(3, ask(3))
    )
    (finding,) = report_paths(content).findings
    assert (finding.flaw, finding.question_id, finding.question_name) == (Flaw.LEADS_BACK, 2, "Q2")


def test_a_section_that_leads_back_or_out_is_found() -> None:
    content = exam(section(1, ask(1)), section(2, ask(2), to=1), section(3, ask(3), to=77))
    assert flaws(content) == [(Flaw.LEADS_BACK, 2), (Flaw.LEADS_BACK, 3)]
    assert report_paths(content).paths == 1


def test_what_leads_to_an_empty_section_is_found() -> None:
    content = exam(section(1, ask(1, option(11, to=2))), section(2), section(3, ask(3)))
    assert flaws(content) == [(Flaw.LEADS_TO_NOTHING, 1)]


def test_what_stands_behind_a_question_that_always_ends_the_section_is_found() -> None:
    ends = [option(11, end_question_pool=True), option(12, end_question_pool=True)]
    content = exam(section(1, ask(1, *ends, required=True), ask(2), ask(3)))
    found = [(one.flaw, one.question_name) for one in report_paths(content).findings]
    assert found == [(Flaw.NEVER_ASKED, "Q2"), (Flaw.NEVER_ASKED, "Q3")]
    assert flaws(exam(section(1, ask(1, *ends), ask(2)))) == []


def test_the_picture_says_which_answer_leads_where() -> None:
    content = exam(
        section(1, ask(1, option(11, "far", to=3), option(12, "out", end_exam=True)), to=2),
        section(2, ask(2, option(21, "skip", end_question_pool=True), option(22)), ask(3)),
        section(3, ask(4, option(41, "7", label="seven", end_exam=True), kind=QuestionKind.INT)),
    )
    seen = [
        (one.source, one.target, one.kind.value, one.question, one.choice, one.leaves_at_once)
        for one in report_paths(content).edges
    ]
    assert seen == [
        (1, 2, "pool", "", "", False),
        (1, 3, "answer", "Q1", "far", False),
        (1, None, "answer", "Q1", "out", False),
        (2, 3, "order", "", "", False),
        (2, 3, "answer", "Q2", "skip", True),
        (3, None, "order", "", "", False),
        (3, None, "answer", "Q4", "seven", False),
    ]


def test_the_best_share_need_not_lie_on_the_richest_way() -> None:
    """Right leads to a section whose points nobody can get all of; wrong to the end."""
    first = ask(
        1, option(11, right=True), option(12, right=False, end_exam=True), points=Decimal(1)
    )
    unkeyed = ask(2, option(21, right=False, end_exam=True), points=Decimal(10), required=True)
    report = report_paths(exam(section(1, first), section(2, unkeyed, ask(3))))
    assert report.most_points == 2
    assert report.best_score == Fraction(100, 6)
    assert report.least_possible == 1


def test_a_survey_has_no_score() -> None:
    content = exam(section(1, ask(1, option(11, to=2), option(12))), section(2, ask(2, option(21))))
    assert report_paths(content).best_score is None


def test_a_draw_takes_its_heaviest_questions_for_the_most_and_its_lightest_for_the_least() -> None:
    questions = [ask(number, points=Decimal(number)) for number in (1, 2, 3)]
    content = exam(section(1, *questions, randomize_questions=True, number_to_answer=2))
    report = report_paths(content)
    assert (report.most_points, report.least_possible) == (Fraction(5), Fraction(3))
    assert report.nodes[0].asked == 2


def test_millions_of_ways_are_counted_at_once() -> None:
    pools = []
    for place in range(1, 61):
        leads = option(place * 10, to=place + 2) if place < 59 else option(place * 10)
        pools.append(section(place, ask(place, leads, option(place * 10 + 1))))
    report = report_paths(exam(*pools))
    assert report.paths > 10**11
    assert report.findings == ()


def test_a_large_draw_that_branches_is_looked_at_in_bounds() -> None:
    questions = [ask(n, option(n * 10, to=2 + n % 3), option(n * 10 + 1)) for n in range(1, 61)]
    pools = [section(place, ask(100 + place)) for place in (2, 3, 4)]
    drawn = section(1, *questions, randomize_questions=True, number_to_answer=20)
    assert report_paths(exam(drawn, *pools)).paths == 3


# ── Against every way of a small exam, one by one ───────────────────────────────────────────
@st.composite
def small_exams(draw: st.DrawFn) -> ExamContent:
    count = draw(st.integers(1, 4))
    number, pools = 0, []
    for place in range(1, count + 1):
        to = st.none() | st.integers(place + 1, count) if place < count else st.none()
        questions: list[QuestionContent] = []
        for _ in range(draw(st.integers(1, 2))):
            number += 1
            options = [
                option(
                    number * 10 + key,
                    to=draw(to),
                    right=draw(st.sampled_from([True, False])) if key else True,
                    end_question_pool=draw(st.booleans()),
                    end_exam=draw(st.booleans()),
                )
                for key in range(2)
            ]
            questions.append(ask(number, *options, required=draw(st.booleans())))
        pools.append(section(place, *questions, to=draw(to)))
    return exam(*pools)


def _every_way(content: ExamContent) -> list[tuple[list[int], Fraction, Fraction]]:
    questions = content.question_map()
    answers = [
        [[one.key] for one in question.choices] + ([] if question.required else [None])
        for question in questions.values()
    ]
    ways = []
    for combination in product(*answers):
        given_now = dict(zip(questions, combination, strict=True))
        asked = walk(content, paper_of(content), given_now)
        outcome = total((mark(questions[one], given_now[one]) for one in asked), Decimal(50))
        ways.append((asked, outcome.points, outcome.possible))
    return ways


@settings(max_examples=150)
@given(small_exams())
def test_the_report_agrees_with_trying_every_way(content: ExamContent) -> None:
    report, ways = report_paths(content), _every_way(content)
    pool_of = {one.id: pool.id for pool in content.pools for one in pool.questions}
    routes = {tuple(dict.fromkeys(pool_of[one] for one in asked)) for asked, _, _ in ways}
    assert report.paths == len(routes)
    assert report.most_points == max(points for _, points, _ in ways)
    assert report.least_possible == min(possible for _, _, possible in ways)
    assert report.best_score == 100 * max(points / possible for _, points, possible in ways)
    reached = {pool for route in routes for pool in route}
    assert {node.id for node in report.nodes if node.is_reachable} == reached
    assert report.endings == len({route[-1] for route in routes})
