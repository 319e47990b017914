"""How a paper is cut into pages."""

from hypothesis import given, strategies as st

from exams.domain.answer import QuestionKind
from exams.domain.pages import start_of
from exams.domain.policy import Navigation
from exams.tests.branching import ask, exam, option, pages_of, paper_of, section

INFO = QuestionKind.INFO


def test_free_navigation_through_an_exam_that_never_branches_is_one_page() -> None:
    content = exam(section(1, ask(1), ask(2)), section(2, ask(3)))
    assert pages_of(content) == [[1, 2, 3]]
    assert paper_of(content).pages == ()


def test_an_exam_that_branches_is_shown_section_by_section() -> None:
    content = exam(section(1, ask(1), ask(2, option(21, to=2))), section(2, ask(3)))
    assert pages_of(content) == [[1, 2], [3]]
    assert pages_of(content, Navigation.SECTIONS) == [[1, 2], [3]]


def test_a_section_that_leads_elsewhere_is_enough_to_branch() -> None:
    content = exam(section(1, ask(1), to=3), section(2, ask(2)), section(3, ask(3)))
    assert pages_of(content) == [[1], [2], [3]]


def test_a_page_ends_after_each_question_that_can_end_its_section() -> None:
    gate = ask(2, option(21, end_question_pool=True), option(22))
    content = exam(section(1, ask(1), gate, ask(3), ask(4)), section(2, ask(5)))
    assert pages_of(content) == [[1, 2], [3, 4], [5]]


def test_one_question_at_a_time_takes_its_information_with_it() -> None:
    content = exam(
        section(1, ask(1, kind=INFO), ask(2), ask(3), ask(4, kind=INFO)),
        section(2, ask(5, kind=INFO)),
        section(3),
        section(4, ask(6)),
    )
    assert pages_of(content, Navigation.LINEAR) == [[1, 2], [3, 4], [5], [6]]


def test_information_behind_a_gate_is_a_page_of_its_own() -> None:
    gate = ask(1, option(11, end_question_pool=True), option(12))
    assert pages_of(exam(section(1, gate, ask(2, kind=INFO)))) == [[1], [2]]


def test_a_section_without_questions_has_no_page() -> None:
    content = exam(section(1), section(2, ask(1)), section(3))
    assert pages_of(content, Navigation.SECTIONS) == [[1]]


KINDS = st.sampled_from(["plain", "info", "gate"])


def _question(number: int, kind: str) -> object:
    if kind == "info":
        return ask(number, kind=INFO)
    if kind == "gate":
        return ask(number, option(number * 10, end_question_pool=True), option(number * 10 + 1))
    return ask(number)


@given(st.lists(st.lists(KINDS, max_size=5), max_size=4), st.sampled_from(Navigation))
def test_pages_hold_every_question_once_and_in_order(
    shape: list[list[str]], navigation: Navigation
) -> None:
    number, pools = 0, []
    for place, kinds in enumerate(shape, start=1):
        questions = []
        for kind in kinds:
            number += 1
            questions.append(_question(number, kind))
        pools.append(section(place, *questions))  # type: ignore[arg-type] # made just above
    paper = paper_of(exam(*pools), navigation)
    pages = [paper.page(index) for index in range(paper.page_count)]
    assert [one for page in pages for one in page] == list(paper.questions)
    assert all(pages) or not paper.questions
    assert [start_of(paper.pages, index) for index in range(len(paper.pages))] == [
        paper.questions.index(page[0]) for page in pages if paper.pages
    ]
