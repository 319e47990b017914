"""What an open page asks, section by section, to its own candidate only."""

import pytest

from exams.errors import AttemptUnknown
from exams.selectors.questions_asked import attempt_ids_of, open_page, sitting_of_attempt
from exams.tests.conftest import Taking, drafts


def test_the_questions_stand_in_their_sections(running: Taking) -> None:
    page = open_page(running.attempt_id, running.cast.ana.pk, browser="")
    assert page.is_running
    assert [pool.name for pool in page.pools] == ["Section"]
    assert [one.shown.id for one in page.pools[0].questions] == running.questions
    assert len(page.pools[0].questions) == len(drafts())
    assert (page.exam_name, page.passing_score) == ("Chemistry", "50")


def test_nobody_else_sees_it(running: Taking) -> None:
    for who in (running.cast.ben, running.cast.olga):
        with pytest.raises(AttemptUnknown):
            open_page(running.attempt_id, who.pk, browser="")


def test_attempts_and_their_sittings_are_found(running: Taking) -> None:
    assert attempt_ids_of(running.cast.ana.pk) == [running.attempt_id]
    assert sitting_of_attempt(running.attempt_id) == running.sitting_id
    with pytest.raises(AttemptUnknown):
        sitting_of_attempt(10**9)
