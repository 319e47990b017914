"""Presence with a clock of our own: silence, close, grace, return, and a stalled process."""

from hypothesis import given, strategies as st

from kernel.tests.machines import differences, unnoticed
from realtime.presence import PRESENCE, Change, Ledger, Presence, PresenceAction, Seat

ANA, IVO = 1, 9
ATTEMPT = 70
SEAT, PERSON = Seat(ANA, ATTEMPT), Seat(ANA)
ONLINE, UNSTABLE, LOST = Presence.ONLINE, Presence.UNSTABLE, Presence.LOST


def seated(now: float = 0.0) -> Ledger:
    """Ana is online on her attempt."""
    ledger = Ledger()
    assert ledger.opened(ANA, "a1", now) == [Change(PERSON, ONLINE)]
    assert ledger.watched(SEAT, "a1", now) == [Change(SEAT, ONLINE)]
    return ledger


def ticks(
    ledger: Ledger, start: float, end: float, step: float = 0.5
) -> list[tuple[float, Presence]]:
    """Let time pass; what became of Ana's seat, and when."""
    found, now = [], start
    while now <= end:
        found += [(now, change.state) for change in ledger.tick(now) if change.seat == SEAT]
        now = round(now + step, 3)
    return found


def test_following_twice_is_told_once() -> None:
    assert seated().watched(SEAT, "a1", 0.0) == []


def test_five_seconds_of_silence_are_unstable_and_fifteen_more_are_lost() -> None:
    assert ticks(seated(), 0.0, 30.0) == [(5.5, UNSTABLE), (20.5, LOST)]


def test_a_close_is_unstable_at_once_and_lost_after_fifteen_seconds() -> None:
    ledger = seated()
    ledger.tick(2.0)
    changes = ledger.closed("a1", 2.0)
    assert set(changes) == {Change(PERSON, UNSTABLE), Change(SEAT, UNSTABLE)}
    assert ticks(ledger, 2.5, 30.0) == [(17.0, LOST)]
    assert ledger.state_of(SEAT) is None
    assert ledger.state_of(PERSON) is None


def test_coming_back_within_the_grace_is_online_again() -> None:
    ledger = seated()
    ledger.closed("a1", 2.0)
    assert ledger.opened(ANA, "a2", 9.0) == [Change(PERSON, ONLINE)]
    assert ledger.state_of(SEAT) is UNSTABLE
    assert ledger.watched(SEAT, "a2", 9.1) == [Change(SEAT, ONLINE)]
    ledger.heard("a2", 12.0)
    assert ticks(ledger, 12.0, 16.0) == []


def test_speaking_again_after_silence_is_online() -> None:
    ledger = seated()
    assert ticks(ledger, 0.0, 6.0) == [(5.5, UNSTABLE)]
    assert Change(SEAT, ONLINE) in ledger.heard("a1", 6.2)


def test_somebody_lost_with_an_open_socket_may_still_speak_again() -> None:
    ledger = seated()
    ticks(ledger, 0.0, 21.0)
    assert ledger.state_of(SEAT) is LOST
    assert Change(SEAT, ONLINE) in ledger.heard("a1", 22.0)


def test_a_lost_persons_closing_socket_leaves_nothing_behind() -> None:
    ledger = seated()
    ticks(ledger, 0.0, 21.0)
    assert ledger.closed("a1", 22.0) == []
    assert ledger.state_of(SEAT) is None


def test_a_second_tab_on_the_attempt_keeps_it_online() -> None:
    ledger = seated()
    ledger.opened(ANA, "a2", 1.0)
    ledger.watched(SEAT, "a2", 1.0)
    assert ledger.closed("a1", 2.0) == []
    assert ledger.state_of(SEAT) is ONLINE
    assert ledger.present() == {ANA: [ATTEMPT]}


def test_another_page_does_not_speak_for_the_exam_room() -> None:
    ledger = seated()
    ledger.opened(ANA, "a2", 1.0)
    assert ledger.closed("a1", 2.0) == [Change(SEAT, UNSTABLE)]
    assert ledger.state_of(PERSON) is ONLINE
    assert ledger.present() == {ANA: []}
    assert ledger.states() == {PERSON: ONLINE, SEAT: UNSTABLE}


def test_leaving_an_attempt_is_a_loss_of_it_and_not_of_the_person() -> None:
    ledger = seated()
    ledger.tick(1.0)
    assert ledger.unwatched(SEAT, "a1", 1.0) == [Change(SEAT, UNSTABLE)]
    assert ledger.unwatched(SEAT, "a1", 1.1) == []
    for second in range(2, 30):
        ledger.heard("a1", float(second))
        ledger.tick(second - 0.5)
        lost = [change for change in ledger.tick(float(second)) if change.seat == SEAT]
        assert lost == ([Change(SEAT, LOST)] if second == 16 else [])
    assert ledger.states() == {PERSON: ONLINE}
    assert ledger.present() == {ANA: []}


def test_coming_back_to_an_attempt_that_was_left_is_online() -> None:
    ledger = seated()
    ledger.unwatched(SEAT, "a1", 1.0)
    assert ledger.watched(SEAT, "a1", 2.0) == [Change(SEAT, ONLINE)]
    assert ledger.closed("a1", 3.0) != []


def test_leaving_with_one_of_two_tabs_keeps_the_other() -> None:
    ledger = seated()
    ledger.opened(ANA, "a2", 1.0)
    ledger.watched(SEAT, "a2", 1.0)
    assert ledger.unwatched(SEAT, "a1", 2.0) == []
    assert ledger.state_of(SEAT) is ONLINE


def test_people_do_not_influence_each_other() -> None:
    ledger = seated()
    ledger.opened(IVO, "i1", 0.0)
    assert ledger.watched(Seat(IVO, ATTEMPT), "i1", 0.0) == [Change(Seat(IVO, ATTEMPT), ONLINE)]
    ledger.closed("i1", 1.0)
    assert ledger.state_of(SEAT) is ONLINE
    assert ledger.state_of(Seat(IVO, ATTEMPT)) is UNSTABLE


def test_unknown_people_and_sockets_are_ignored() -> None:
    ledger = seated()
    assert ledger.heard("zz", 1.0) == []
    assert ledger.watched(Seat(IVO, ATTEMPT), "zz", 1.0) == []
    assert ledger.closed("zz", 1.0) == []
    assert ledger.unwatched(Seat(IVO, ATTEMPT), "zz", 1.0) == []
    assert ledger.unwatched(Seat(IVO, ATTEMPT), "a1", 1.0) == []
    ledger.release(Seat(IVO))


def test_a_stalled_process_declares_nobody_lost() -> None:
    ledger = seated()
    ledger.tick(1.0)
    ledger.heard("a1", 1.0)
    assert ledger.tick(31.0) == []  # we slept for half a minute; Ana did not
    ledger.heard("a1", 31.1)
    assert ticks(ledger, 31.5, 35.0) == []


def test_a_stall_prolongs_a_grace_that_was_running() -> None:
    ledger = seated()
    ledger.tick(0.5)
    ledger.closed("a1", 0.5)
    assert ledger.tick(20.5) == []
    assert ticks(ledger, 21.0, 60.0) == [(35.0, LOST)]


def test_a_lag_below_a_second_suspends_nothing() -> None:
    assert ticks(seated(), 0.0, 6.0, step=1.4) == [(5.6, UNSTABLE)]


def test_seats_of_a_dead_process_are_taken_over_and_expire() -> None:
    ledger = Ledger()
    assert ledger.adopt(SEAT, 100.0) == [Change(SEAT, UNSTABLE)]
    assert ticks(ledger, 100.0, 120.0) == [(115.0, LOST)]


def test_seats_that_are_taken_here_are_not_taken_over() -> None:
    ledger = seated()
    assert ledger.adopt(SEAT, 1.0) == []
    assert ledger.state_of(SEAT) is ONLINE


def test_a_seat_held_by_another_process_is_released_without_a_word() -> None:
    ledger = seated()
    ledger.closed("a1", 1.0)
    ledger.release(SEAT)
    assert ticks(ledger, 1.0, 30.0) == []


def test_releasing_a_seat_with_a_socket_here_does_nothing() -> None:
    ledger = seated()
    ledger.release(SEAT)
    assert ledger.state_of(SEAT) is ONLINE


# Written from the specification, not from the table: everything not listed is illegal.
EXPECTED = {
    (ONLINE, PresenceAction.MISS): UNSTABLE,
    (UNSTABLE, PresenceAction.HEAR): ONLINE,
    (UNSTABLE, PresenceAction.EXPIRE): LOST,
    (LOST, PresenceAction.HEAR): ONLINE,
}


def test_the_table_is_the_specification() -> None:
    assert differences(PRESENCE, ONLINE, EXPECTED) == []


def test_every_mutant_of_the_table_is_noticed() -> None:
    assert unnoticed(PRESENCE, ONLINE, EXPECTED) == []


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
                if tab not in spoke:
                    ledger.opened(ANA, tab, now)
                spoke[tab] = spoke.get(tab, now)
            case "hear" if tab in spoke:
                ledger.heard(tab, now)
                spoke[tab] = now
            case "close":
                ledger.closed(tab, now)
                spoke.pop(tab, None)
            case _:
                pass
        ledger.tick(now)
        if spoke:
            is_fresh = now - max(spoke.values()) <= 5.0
            assert (ledger.state_of(PERSON) is ONLINE) == is_fresh
        else:
            assert ledger.state_of(PERSON) in (UNSTABLE, None)
