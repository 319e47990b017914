"""Who may follow a sitting besides its candidates."""

from collections.abc import Iterable, Iterator

import pytest

from exams import watching
from exams.errors import SittingUnknown
from exams.selectors.sittings import SittingView
from exams.tests.conftest import Taking
from exams.watching import bind_watch_rule, by_role, may_watch


@pytest.fixture
def unbound() -> Iterator[None]:
    bound = watching._bound[0]
    bind_watch_rule(by_role)
    yield
    bind_watch_rule(bound)


@pytest.mark.usefixtures("unbound")
@pytest.mark.parametrize(
    ("who", "may"),
    [("ivo", True), ("admin", True), ("grader", False), ("ana", False), ("olga", False)],
)
def test_alone_the_roles_decide(running: Taking, who: str, *, may: bool) -> None:
    assert may_watch(getattr(running.cast, who).pk, running.sitting_id) is may


@pytest.mark.usefixtures("unbound")
def test_an_unknown_sitting_is_unknown(running: Taking) -> None:
    with pytest.raises(SittingUnknown):
        may_watch(running.cast.ivo.pk, running.sitting_id + 99)


@pytest.mark.usefixtures("unbound")
def test_a_bound_rule_has_the_word(running: Taking) -> None:
    asked: list[tuple[int, int]] = []

    def nobody(user_id: int, sittings: Iterable[SittingView]) -> set[int]:
        asked.extend((user_id, one.id) for one in sittings)
        return set()

    bind_watch_rule(nobody)
    assert not may_watch(running.cast.ivo.pk, running.sitting_id)
    assert asked == [(running.cast.ivo.pk, running.sitting_id)]
