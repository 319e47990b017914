"""The pages of the statistics: who may see them, and that charts and tables say the same."""

import re

import pytest

from accounts.roles import Role
from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.tests.conftest import Cast, give_role, person
from exams.tests.marked import Marked, right_or_wrong, take
from exams.tests.pages import client_of, page_of

ROWS = [("right", "right", "right")] * 4 + [("right", "wrong", "odd")] * 4 + [("wrong",)] * 4


@pytest.fixture
def marked(cast: Cast) -> Marked:
    return take(cast, ROWS, questions=[right_or_wrong(f"q{at}") for at in range(3)])


def address(marked: Marked, question: int | None = None) -> str:
    tail = f"{question}/" if question else ""
    return f"/sittings/{marked.sitting_id}/statistics/{tail}"


def test_a_grader_sees_figures_charts_and_their_tables(marked: Marked) -> None:
    page = page_of(client_of(marked.cast.grader).get(address(marked)))
    assert "12 graded papers" in page
    assert "44.4%" in page  # 4 x 100, 4 x 33.3, 4 x 0
    assert page.count('<svg class="chart"') == 3
    assert page.count('role="img"') == 3
    assert "Cronbach" in page
    for question in marked.questions:
        assert address(marked, question.id) in page


def test_the_results_page_leads_to_the_statistics(marked: Marked) -> None:
    results = client_of(marked.cast.grader).get(f"/sittings/{marked.sitting_id}/results/")
    assert address(marked) in page_of(results)


def test_the_page_of_a_question_shows_its_distractors_by_group(marked: Marked) -> None:
    question = marked.questions[1]
    page = page_of(client_of(marked.cast.grader).get(address(marked, question.id)))
    assert "prompt of q1" in page
    assert "Upper group" in page
    rows = re.findall(r'<th scope="row">\d (?:<[^>]+>)*([a-z]+)', page)
    assert rows == ["right", "wrong", "odd"]
    assert "No answer" in page  # four left it out


def test_the_pages_can_be_read_in_persian(marked: Marked) -> None:
    client = client_of(marked.cast.grader)
    for place in (address(marked), address(marked, marked.questions[0].id)):
        page = page_of(client.get(place, headers={"accept-language": "fa"}))
        assert 'dir="rtl"' in page
        assert "۱۲" in page


@pytest.mark.parametrize("who", ["ana", "ivo", "author"])
def test_who_does_not_grade_sees_no_statistics(marked: Marked, who: str) -> None:
    client = client_of(getattr(marked.cast, who))
    assert client.get(address(marked)).status_code == 403
    assert client.get(address(marked, marked.questions[0].id)).status_code == 403


def test_an_outsider_is_told_that_there_is_no_such_sitting(marked: Marked) -> None:
    client = client_of(marked.cast.olga)
    assert client.get(address(marked)).status_code == 404
    assert client.get(address(marked, marked.questions[0].id)).status_code == 404


def test_an_unknown_question_has_no_page(marked: Marked) -> None:
    client = client_of(marked.cast.grader)
    assert client.get(address(marked, 999_999_999)).status_code == 404


def test_sittings_of_the_exam_are_compared_and_counted_together(cast: Cast) -> None:
    first = take(cast, ROWS, questions=[right_or_wrong(f"q{at}") for at in range(3)])
    take(cast, ROWS[:3], exam_id=first.exam_id, title="Chemistry again")
    client = client_of(cast.grader)
    alone, together = (page_of(client.get(address(first) + query)) for query in ("", "?of=exam"))
    assert "12 graded papers" in alone
    assert "15 graded papers" in together
    assert "Chemistry again" in alone
    assert "All 2 sittings" in alone


def test_a_grader_of_one_class_sees_nothing_of_another(cast: Cast) -> None:
    first = take(cast, ROWS, questions=[right_or_wrong(f"q{at}") for at in range(3)])
    other = type(cast.class_group).objects.create(
        institution=cast.institution, code="10B", name="Class 10B"
    )
    elsewhere = type(cast)(**{**cast.__dict__, "class_group": other})
    take(elsewhere, ROWS[:3], exam_id=first.exam_id, title="In the other class")
    narrow = person(cast.institution, "Narrow")
    give_role(narrow, Role.GRADER, cast.class_group)
    page = page_of(client_of(narrow).get(address(first) + "?of=exam"))
    assert "12 graded papers" in page
    assert "In the other class" not in page


def test_an_empty_sitting_says_so(cast: Cast) -> None:
    marked = take(cast, [], questions=[right_or_wrong("q")])
    assert "Nothing to count yet" in page_of(client_of(cast.grader).get(address(marked)))


def test_what_people_read_is_not_counted_by_content(cast: Cast) -> None:
    essay = QuestionDraft(name="essay", kind=QuestionKind.TEXT, prompt="Write")
    marked = take(cast, [("right", None)], questions=[right_or_wrong("q"), essay])
    place = address(marked, marked.questions[1].id)
    assert "is read by people" in page_of(client_of(cast.grader).get(place))


def test_hostile_names_and_answers_are_text(cast: Cast) -> None:
    word = QuestionDraft(name="<script>q", kind=QuestionKind.CHAR, prompt="Say")
    rows = [("<img src=x>",)]
    marked = take(cast, rows, questions=[word], title="<b>loud</b>")
    client = client_of(cast.grader)
    for place in (address(marked), address(marked, marked.questions[0].id)):
        page = page_of(client.get(place))
        assert "<script>q" not in page
        assert "<img src=x" not in page
        assert "<b>loud" not in page
