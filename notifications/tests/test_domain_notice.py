"""The life of a notice."""

from kernel.tests.machines import differences, unnoticed
from notifications.domain.notice import NOTICE, NoticeAction, NoticeState

S, A = NoticeState, NoticeAction

# Written from the specification, not from the table: everything not listed is illegal.
EXPECTED = {
    (S.DRAFT, A.SCHEDULE): S.SCHEDULED,
    (S.DRAFT, A.CANCEL): S.CANCELLED,
    (S.SCHEDULED, A.RETURN): S.DRAFT,
    (S.SCHEDULED, A.CANCEL): S.CANCELLED,
    (S.SCHEDULED, A.EXPAND): S.EXPANDING,
    (S.EXPANDING, A.POSTPONE): S.SCHEDULED,
    (S.EXPANDING, A.SEND): S.SENDING,
    (S.EXPANDING, A.CANCEL): S.CANCELLED,
    (S.SENDING, A.FINISH): S.DONE,
    (S.SENDING, A.CANCEL): S.CANCELLED,
    (S.CANCELLED, A.REOPEN): S.DRAFT,
}


def test_the_table_is_the_specification() -> None:
    assert differences(NOTICE, S.DRAFT, EXPECTED) == []


def test_every_mutant_of_the_table_is_noticed() -> None:
    assert unnoticed(NOTICE, S.DRAFT, EXPECTED) == []


def test_each_action_leads_to_one_state_from_wherever_it_is_allowed() -> None:
    """The services move rows by one UPDATE, so an action must have one target."""
    for action in A:
        assert len({NOTICE.next_state(state, action) for state in NOTICE.sources(action)}) == 1


def test_what_is_done_stays_done() -> None:
    assert NOTICE.ends == {S.DONE}
