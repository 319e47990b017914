"""The life of one SMS; quiet hours; pauses."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from kernel.tests.machines import differences, unnoticed
from notifications.domain.delivery import (
    DELIVERY,
    MAX_TRIES,
    OPEN,
    QUIET_FROM,
    QUIET_TO,
    DeliveryAction,
    DeliveryState,
    next_waking,
    pause_before,
    zone_of,
)

S, A = DeliveryState, DeliveryAction

# Written from the specification, not from the table: everything not listed is illegal.
EXPECTED = {
    (S.PENDING, A.CLAIM): S.CLAIMED,
    (S.RETRY, A.CLAIM): S.CLAIMED,
    (S.CLAIMED, A.CLAIM): S.CLAIMED,
    (S.CLAIMED, A.DEFER): S.PENDING,
    (S.PENDING, A.SKIP): S.SKIPPED,
    (S.RETRY, A.SKIP): S.SKIPPED,
    (S.CLAIMED, A.SKIP): S.SKIPPED,
    (S.CLAIMED, A.SEND): S.SENDING,
    (S.SENDING, A.ACCEPT): S.ACCEPTED,
    (S.SENDING, A.REJECT): S.REJECTED,
    (S.SENDING, A.RETRY): S.RETRY,
    (S.SENDING, A.LOSE): S.UNKNOWN,
    (S.SENDING, A.DELIVER): S.DELIVERED,
    (S.SENDING, A.FAIL): S.UNDELIVERED,
    (S.UNKNOWN, A.ACCEPT): S.ACCEPTED,
    (S.UNKNOWN, A.DELIVER): S.DELIVERED,
    (S.UNKNOWN, A.FAIL): S.UNDELIVERED,
    (S.UNKNOWN, A.RELEASE): S.RETRY,
    (S.PENDING, A.ACCEPT): S.ACCEPTED,
    (S.PENDING, A.DELIVER): S.DELIVERED,
    (S.PENDING, A.FAIL): S.UNDELIVERED,
    (S.RETRY, A.ACCEPT): S.ACCEPTED,
    (S.RETRY, A.DELIVER): S.DELIVERED,
    (S.RETRY, A.FAIL): S.UNDELIVERED,
    (S.CLAIMED, A.ACCEPT): S.ACCEPTED,
    (S.CLAIMED, A.DELIVER): S.DELIVERED,
    (S.CLAIMED, A.FAIL): S.UNDELIVERED,
    (S.ACCEPTED, A.DELIVER): S.DELIVERED,
    (S.ACCEPTED, A.FAIL): S.UNDELIVERED,
}


def test_the_table_is_the_specification() -> None:
    assert differences(DELIVERY, S.PENDING, EXPECTED) == []


def test_every_mutant_of_the_table_is_noticed() -> None:
    assert unnoticed(DELIVERY, S.PENDING, EXPECTED) == []


def test_each_action_leads_to_one_state_from_wherever_it_is_allowed() -> None:
    for action in A:
        assert len({DELIVERY.next_state(state, action) for state in DELIVERY.sources(action)}) == 1


def test_only_a_claimed_message_is_sent_and_only_records_lead_out_of_doubt() -> None:
    assert DELIVERY.sources(A.SEND) == {S.CLAIMED}
    out_of_doubt = {action for (state, action) in DELIVERY.moves if state is S.UNKNOWN}
    assert out_of_doubt == {A.ACCEPT, A.DELIVER, A.FAIL, A.RELEASE}


def test_open_and_ended_do_not_overlap_and_leave_only_accepted() -> None:
    assert not OPEN & DELIVERY.ends
    assert set(S) - OPEN - DELIVERY.ends == {S.ACCEPTED}


def test_pauses_double_and_are_bounded() -> None:
    pauses = [pause_before(tries) for tries in range(1, 60)]
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(minutes=10)
    assert pause_before(0) == pause_before(1)
    assert sum(pauses[:MAX_TRIES], timedelta()) < timedelta(hours=1)


TEHRAN = ZoneInfo("Asia/Tehran")


@pytest.mark.parametrize(
    ("local", "waits_until"),
    [
        (time(7, 0), None),
        (time(12, 0), None),
        (time(21, 59, 59), None),
        (time(22, 0), (1, time(7, 0))),
        (time(23, 59), (1, time(7, 0))),
        (time(0, 0), (0, time(7, 0))),
        (time(6, 59, 59), (0, time(7, 0))),
    ],
)
def test_nobody_is_woken(local: time, waits_until: tuple[int, time] | None) -> None:
    instant = datetime.combine(datetime(2026, 11, 21).date(), local, tzinfo=TEHRAN)  # noqa: DTZ001 only its date
    waking = next_waking(instant.astimezone(UTC), TEHRAN).astimezone(TEHRAN)
    if waits_until is None:
        assert waking == instant
    else:
        days, morning = waits_until
        assert waking.date() - instant.date() == timedelta(days=days)
        assert waking.timetz().replace(tzinfo=None) == morning


@given(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001 made aware below
    st.sampled_from(["UTC", "Asia/Tehran", "America/St_Johns", "Europe/London", "Pacific/Apia"]),
)
def test_the_waking_is_never_earlier_at_most_a_night_later_and_never_at_night(
    naive: datetime, name: str
) -> None:
    instant = naive.replace(tzinfo=UTC)
    waking = next_waking(instant, ZoneInfo(name))
    assert timedelta(0) <= waking - instant <= timedelta(hours=10)
    assert QUIET_TO <= waking.astimezone(ZoneInfo(name)).timetz().replace(tzinfo=None) < QUIET_FROM


def test_an_unknown_zone_is_utc() -> None:
    assert zone_of("Mars/Olympus").key == "UTC"
    assert zone_of("").key == "UTC"
    assert zone_of("Asia/Tehran") == TEHRAN
