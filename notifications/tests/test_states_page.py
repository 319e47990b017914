"""The committed page of states is the tables' own."""

from notifications.states_page import PATH, page


def test_the_committed_page_is_not_stale() -> None:
    assert PATH.read_text(encoding="utf-8") == page(), "run: python -m notifications.states_page"
