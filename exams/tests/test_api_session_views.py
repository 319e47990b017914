"""Sessions as the interface shows them."""

from datetime import UTC, datetime

from exams.api.session_views import moment, pools_shown, session_shown
from exams.selectors.questions_asked import open_page
from exams.services.answers import save_answers
from exams.tests.conftest import Taking
from exams.wire import AnswerIn


def test_an_instant_is_a_time_in_utc() -> None:
    assert moment(None) is None
    assert moment(1_500) == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)


def test_answered_questions_come_first_or_not_at_all(running: Taking) -> None:
    first, second, *rest = running.questions
    save_answers(
        running.attempt_id,
        student_id=running.cast.ana.pk,
        lease=running.lease,
        answers=[
            AnswerIn(question=second, seq=1, value="7"),
            AnswerIn(question=first, seq=1, value=None),
        ],
    )
    page = open_page(running.attempt_id, running.cast.ana.pk, browser="")
    (pool,) = pools_shown(page)
    assert [one.id for one in pool.questions] == [first, *rest]
    (pool,) = pools_shown(page, answered=True)
    assert [one.id for one in pool.questions] == [second, first, *rest]
    assert pools_shown(page, answered=True, only=[second])[0].questions[0].id == second
    assert pools_shown(page, only=[]) == []
    assert session_shown(page, []).question_pools == []
