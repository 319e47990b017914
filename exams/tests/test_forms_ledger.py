"""Whom the form of the ledger reaches."""

from exams.forms_ledger import GrantForm
from exams.services.grants import EVERYBODY, Scope


def form(to: str) -> GrantForm:
    return GrantForm(
        {"to": to, "minutes": "5", "reason": "x"}, rooms=["Hall"], candidates={7: "Ana"}
    )


def test_each_choice_is_a_scope() -> None:
    for to, scope in (
        ("all", EVERYBODY),
        ("room:Hall", Scope(room="Hall")),
        ("attempt:7", Scope(attempt_id=7)),
    ):
        one = form(to)
        assert one.is_valid()
        assert one.scope == scope


def test_what_is_not_offered_is_refused() -> None:
    for to in ("", "room:Cellar", "attempt:8"):
        assert not form(to).is_valid()


def test_a_page_names_its_request_once() -> None:
    first, second = (GrantForm(None, rooms=[], candidates={}) for _ in range(2))
    assert first.initial["request_id"] != second.initial["request_id"]
    assert form("all").is_valid()
