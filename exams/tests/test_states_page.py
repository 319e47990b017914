"""The page of states in the docs is drawn from the tables and cannot go stale."""

from exams import states_page
from exams.domain.states import ATTEMPT


def test_the_page_in_the_docs_is_the_one_that_would_be_drawn_now() -> None:
    assert states_page.PATH.read_text(encoding="utf-8") == states_page.page()


def test_every_move_is_on_the_page() -> None:
    page = states_page.page()
    for (source, action), target in ATTEMPT.moves.items():
        assert f"{source} --> {target}: {action}" in page
