"""What an open page asks, section by section, to its own candidate only."""

import pytest

from exams.errors import AttemptUnknown
from exams.selectors.questions_asked import open_page, sitting_of_attempt
from exams.tests.conftest import Taking, drafts


def test_the_questions_stand_in_their_sections(running: Taking) -> None:
    page = open_page(running.attempt_id, running.cast.ana.pk, browser="")
    assert [pool.name for pool in page.pools] == ["Section"]
    assert [one.shown.id for one in page.pools[0].questions] == running.questions
    assert len(page.pools[0].questions) == len(drafts())
    assert (page.exam_name, page.passing_score) == ("Chemistry", "50")


def test_nobody_else_sees_it(running: Taking) -> None:
    for who in (running.cast.ben, running.cast.olga):
        with pytest.raises(AttemptUnknown):
            open_page(running.attempt_id, who.pk, browser="")
        with pytest.raises(AttemptUnknown):
            sitting_of_attempt(running.attempt_id, who.pk)


def test_an_attempt_leads_to_its_sitting(running: Taking) -> None:
    assert sitting_of_attempt(running.attempt_id, running.cast.ana.pk) == running.sitting_id
