"""Presence with a clock of our own: silence, close, grace, return, and a stalled process."""

import pytest
from hypothesis import given, strategies as st

from kernel.machine import IllegalMove
from realtime.presence import PRESENCE, Change, Ledger, Presence, PresenceAction

ANA, IVO = 1, 9
ATTEMPT = 70
ONLINE, UNSTABLE, LOST = Presence.ONLINE, Presence.UNSTABLE, Presence.LOST


def seated(now: float = 0.0) -> Ledger:
    """Ana is online on her attempt."""
    ledger = Ledger()
    assert ledger.opened(ANA, "a1", now) == []
    assert ledger.watched(ANA, "a1", ATTEMPT) == [Change(ANA, (ATTEMPT,), ONLINE)]
    return ledger


def ticks(
    ledger: Ledger, start: float, end: float, step: float = 0.5
) -> list[tuple[float, Presence]]:
    found, now = [], start
    while now <= end:
        found += [(now, change.state) for change in ledger.tick(now)]
        now = round(now + step, 3)
    return found


def test_following_twice_is_told_once() -> None:
    ledger = seated()
    assert ledger.watched(ANA, "a1", ATTEMPT) == []


def test_five_seconds_of_silence_are_unstable_and_fifteen_more_are_lost() -> None:
    assert ticks(seated(), 0.0, 30.0) == [(5.5, UNSTABLE), (20.5, LOST)]


def test_a_close_is_unstable_at_once_and_lost_after_fifteen_seconds() -> None:
    ledger = seated()
    ledger.tick(2.0)
    assert ledger.closed(ANA, "a1", 2.0) == [Change(ANA, (ATTEMPT,), UNSTABLE)]
    assert ticks(ledger, 2.5, 30.0) == [(17.0, LOST)]
    assert ledger.state_of(ANA) is None


def test_coming_back_within_the_grace_is_online_for_the_same_attempt() -> None:
    ledger = seated()
    ledger.closed(ANA, "a1", 2.0)
    assert ledger.opened(ANA, "a2", 9.0) == [Change(ANA, (ATTEMPT,), ONLINE)]
    assert ledger.watched(ANA, "a2", ATTEMPT) == []
    ledger.heard(ANA, "a2", 12.0)
    assert ticks(ledger, 12.0, 16.0) == []


def test_speaking_again_after_silence_is_online() -> None:
    ledger = seated()
    assert ticks(ledger, 0.0, 6.0) == [(5.5, UNSTABLE)]
    assert ledger.heard(ANA, "a1", 6.2) == [Change(ANA, (ATTEMPT,), ONLINE)]


def test_somebody_lost_with_an_open_socket_may_still_speak_again() -> None:
    ledger = seated()
    ticks(ledger, 0.0, 21.0)
    assert ledger.state_of(ANA) is LOST
    assert ledger.heard(ANA, "a1", 22.0) == [Change(ANA, (ATTEMPT,), ONLINE)]


def test_a_lost_persons_closing_socket_leaves_nothing_behind() -> None:
    ledger = seated()
    ticks(ledger, 0.0, 21.0)
    assert ledger.closed(ANA, "a1", 22.0) == []
    assert ledger.state_of(ANA) is None


def test_the_second_tab_keeps_a_person_online() -> None:
    ledger = seated()
    ledger.opened(ANA, "a2", 1.0)
    ledger.watched(ANA, "a2", ATTEMPT)
    assert ledger.closed(ANA, "a1", 2.0) == []
    assert ledger.state_of(ANA) is ONLINE
    assert ledger.present() == {ANA: (ATTEMPT,)}


def test_a_tab_that_never_followed_the_attempt_does_not_speak_for_it() -> None:
    ledger = seated()
    ledger.opened(ANA, "a2", 1.0)
    ledger.closed(ANA, "a1", 2.0)
    assert ledger.closed(ANA, "a2", 3.0) == [Change(ANA, (), UNSTABLE)]


def test_leaving_an_attempt_on_purpose_ends_its_news() -> None:
    ledger = seated()
    ledger.unwatched(ANA, "a1", ATTEMPT)
    assert ledger.closed(ANA, "a1", 1.0) == [Change(ANA, (), UNSTABLE)]


def test_people_do_not_influence_each_other() -> None:
    ledger = seated()
    ledger.opened(IVO, "i1", 0.0)
    ledger.watched(IVO, "i1", ATTEMPT)
    ledger.closed(IVO, "i1", 1.0)
    assert ledger.state_of(ANA) is ONLINE


def test_unknown_people_and_sockets_are_ignored() -> None:
    ledger = seated()
    assert ledger.heard(IVO, "i1", 1.0) == []
    assert ledger.heard(ANA, "zz", 1.0) == []
    assert ledger.watched(IVO, "i1", ATTEMPT) == []
    assert ledger.closed(IVO, "i1", 1.0) == []
    ledger.unwatched(IVO, "i1", ATTEMPT)
    ledger.release(IVO)


def test_a_stalled_process_declares_nobody_lost() -> None:
    ledger = seated()
    ledger.tick(1.0)
    ledger.heard(ANA, "a1", 1.0)
    assert ledger.tick(31.0) == []  # we slept for half a minute; Ana did not
    ledger.heard(ANA, "a1", 31.1)
    assert ticks(ledger, 31.5, 35.0) == []


def test_a_stall_prolongs_a_grace_that_was_running() -> None:
    ledger = seated()
    ledger.tick(0.5)
    ledger.closed(ANA, "a1", 0.5)
    assert ledger.tick(20.5) == []
    assert ticks(ledger, 21.0, 60.0) == [(35.0, LOST)]


def test_a_lag_below_a_second_suspends_nothing() -> None:
    ledger = seated()
    assert ticks(ledger, 0.0, 6.0, step=1.4) == [(5.6, UNSTABLE)]


def test_people_of_a_dead_process_are_taken_over_and_expire() -> None:
    ledger = Ledger()
    assert ledger.adopt(ANA, [ATTEMPT], 100.0) == [Change(ANA, (ATTEMPT,), UNSTABLE)]
    assert ticks(ledger, 100.0, 120.0) == [(115.0, LOST)]


def test_people_who_are_here_already_are_not_taken_over() -> None:
    ledger = seated()
    assert ledger.adopt(ANA, [ATTEMPT], 1.0) == []
    assert ledger.state_of(ANA) is ONLINE


def test_a_person_held_by_another_process_is_released_without_a_word() -> None:
    ledger = seated()
    ledger.closed(ANA, "a1", 1.0)
    ledger.release(ANA)
    assert ticks(ledger, 1.0, 30.0) == []


def test_releasing_somebody_with_a_socket_here_does_nothing() -> None:
    ledger = seated()
    ledger.release(ANA)
    assert ledger.state_of(ANA) is ONLINE


@pytest.mark.parametrize("state", list(Presence))
@pytest.mark.parametrize("action", list(PresenceAction))
def test_the_table_has_exactly_these_moves(state: Presence, action: PresenceAction) -> None:
    wanted = {
        (ONLINE, PresenceAction.MISS): UNSTABLE,
        (UNSTABLE, PresenceAction.HEAR): ONLINE,
        (UNSTABLE, PresenceAction.EXPIRE): LOST,
        (LOST, PresenceAction.HEAR): ONLINE,
    }
    if (state, action) in wanted:
        assert PRESENCE.next_state(state, action) is wanted[state, action]
    else:
        with pytest.raises(IllegalMove):
            PRESENCE.next_state(state, action)


_steps = st.lists(
    st.tuples(st.sampled_from(["open", "hear", "close", "tick"]), st.sampled_from(["x", "y"])),
    max_size=80,
)


@given(_steps)
def test_who_spoke_within_five_seconds_on_an_open_socket_is_online(
    script: list[tuple[str, str]],
) -> None:
    ledger, now = Ledger(), 0.0
    spoke: dict[str, float] = {}
    for action, tab in script:
        now += 0.5
        match action:
            case "open":
                ledger.opened(ANA, tab, now)
                spoke[tab] = now
            case "hear" if tab in spoke:
                ledger.heard(ANA, tab, now)
                spoke[tab] = now
            case "close":
                ledger.closed(ANA, tab, now)
                spoke.pop(tab, None)
            case _:
                pass
        ledger.tick(now)
        if spoke:
            is_fresh = now - max(spoke.values()) <= 5.0
            assert (ledger.state_of(ANA) is ONLINE) == is_fresh
        else:
            assert ledger.state_of(ANA) in (UNSTABLE, None)
