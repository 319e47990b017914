"""Turning a page against saves, hand-ins and the clock at the same time, on real connections."""

from datetime import timedelta
from typing import Any

import pytest

from exams.domain import paper as papers
from exams.domain.states import AttemptState
from exams.domain.walk import next_page
from exams.errors import AttemptOver, TryAgain
from exams.models import Answer, Attempt, Exam, Question, Submission
from exams.selectors.contents import approved_content
from exams.services import attempts
from exams.services.answers import PAGE_CLOSED
from exams.tests.conftest import make_cast, shift
from exams.tests.paged import Walker, walker
from exams.tests.test_queries_races import in_threads
from exams.tests.test_services_pages import BRANCHES

pytestmark = pytest.mark.django_db(transaction=True)  # connections see only what is committed

REPEATS = range(3)


@pytest.fixture
def ana(transactional_db: None) -> Walker:
    return walker(make_cast(), BRANCHES)


def turn(ana: Walker) -> str:
    try:
        ana.advance(page=1, digest={})
    except (AttemptOver, TryAgain) as refusal:
        return type(refusal).__name__
    return "turned"


def leads_where_its_answers_lead(attempt: Attempt) -> bool:
    """Whether the open page is the one that the stored answers of the closed page lead to."""
    exam = Exam.objects.get()
    content = approved_content(exam.pk, exam.content_hash)
    rows = Answer.objects.filter(attempt=attempt, question_id__in=attempt.closed_ids)
    given = dict(rows.values_list("question_id", "value"))
    return next_page(content, papers.from_json(attempt.paper), 0, given) == attempt.page_index


def test_of_many_who_close_a_page_one_does(ana: Walker) -> None:
    ana.save("gate", "stay")
    assert in_threads([lambda: turn(ana)] * 6) == ["turned"] * 6
    assert (ana.attempt.page, len(ana.attempt.closed_ids)) == (2, 1)


@pytest.mark.parametrize("repeat", REPEATS)
def test_a_save_comes_before_the_page_closes_or_is_refused(ana: Walker, repeat: int) -> None:
    ana.save("gate", "stay")
    question = str(Question.objects.get(name="gate").pk)
    words = ["out", "far", "stop", "stay"][repeat:]
    works: list[Any] = [lambda word=word: ana.save("gate", word) for word in words]
    *replies, turned = in_threads([*works, lambda: turn(ana)])
    assert turned == "turned"
    for reply in replies:
        assert reply.refused in ({}, {question: PAGE_CLOSED})
    assert leads_where_its_answers_lead(ana.attempt)


@pytest.mark.parametrize("repeat", REPEATS)
def test_a_hand_in_freezes_the_pages_that_were_shown(ana: Walker, repeat: int) -> None:
    del repeat
    ana.save("gate", "out")
    turned, receipt = in_threads([lambda: turn(ana), ana.submit])
    attempt = ana.attempt
    assert turned == ("turned" if attempt.page == 2 else "AttemptOver")
    assert receipt.total == attempt.asked == attempt.page
    assert Submission.objects.get().total == attempt.asked


@pytest.mark.parametrize("repeat", REPEATS)
def test_the_clock_ends_an_attempt_before_or_after_a_page_never_between(
    ana: Walker, repeat: int
) -> None:
    del repeat
    ana.save("gate", "out")
    shift(ana.attempt.pk, timedelta(minutes=-30, seconds=-29, milliseconds=-900))
    in_threads([lambda: turn(ana), attempts.expire_due, lambda: turn(ana), attempts.expire_due])
    shift(ana.attempt.pk, timedelta(days=-1))
    attempts.expire_due()
    attempt = ana.attempt
    assert attempt.state == AttemptState.EXPIRED
    assert Submission.objects.get(attempt=attempt).total == attempt.asked == attempt.page
