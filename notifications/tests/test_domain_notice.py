"""The life of a notice."""

import dataclasses

import pytest

from kernel.machine import IllegalMove, Machine
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


def check_table(machine: Machine[NoticeState, NoticeAction]) -> None:
    assert machine.start is S.DRAFT
    for state in S:
        for action in A:
            wanted = EXPECTED.get((state, action))
            if wanted is None:
                with pytest.raises(IllegalMove):
                    machine.next_state(state, action)
            else:
                assert machine.next_state(state, action) is wanted


def test_the_table_is_the_specification() -> None:
    check_table(NOTICE)


def test_every_mutant_of_the_table_is_noticed() -> None:
    for state in S:
        for action in A:
            without = {k: v for k, v in NOTICE.moves.items() if k != (state, action)}
            for target in [None, *S]:
                moves = without if target is None else {**without, (state, action): target}
                if moves == NOTICE.moves:
                    continue
                ends = NOTICE.ends - {source for source, _action in moves}
                # a table that makes no sense is refused as soon as it is written
                with pytest.raises(
                    (AssertionError, ValueError, IllegalMove, pytest.fail.Exception)
                ):
                    check_table(dataclasses.replace(NOTICE, moves=moves, ends=ends))


def test_each_action_leads_to_one_state_from_wherever_it_is_allowed() -> None:
    """The services move rows by one UPDATE, so an action must have one target."""
    for action in A:
        assert len({NOTICE.next_state(state, action) for state in NOTICE.sources(action)}) == 1


def test_what_is_done_stays_done() -> None:
    assert NOTICE.ends == {S.DONE}
