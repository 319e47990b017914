"""The open page as its candidate sees it."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.models import Attempt, Question
from exams.selectors.open_page import open_page, page_view
from exams.tests.conftest import Cast
from exams.tests.paged import Walker, walker
from exams.tests.test_services_pages import BRANCHES


def _attempt(ana: Walker) -> Attempt:
    return Attempt.objects.select_related("sitting__exam").get(pk=ana.taking.attempt_id)


def test_only_the_open_page_is_in_it_with_its_answers_and_texts(cast: Cast) -> None:
    ana = walker(cast, BRANCHES)
    ana.save("gate", "stay", text="because")
    first = open_page(_attempt(ana))
    gate = str(Question.objects.get(name="gate").pk)
    assert {one: answer.text for one, answer in first.answers.items()} == {gate: "because"}
    ana.advance()
    ana.save("behind", "right")
    seen = open_page(_attempt(ana))
    behind = Question.objects.get(name="behind").pk
    assert [(one.id, one.number) for one in seen.questions] == [(behind, 2)]
    assert {one: answer.text for one, answer in seen.answers.items()} == {str(behind): None}
    assert seen.view == page_view(_attempt(ana), is_last=False)


def test_it_takes_one_query(cast: Cast) -> None:
    attempt = _attempt(walker(cast, BRANCHES))
    with CaptureQueriesContext(connection) as seen:
        open_page(attempt)
    assert len(seen) == 1
