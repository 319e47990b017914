"""Wrong tries by address, place and day: who is stopped, for how long, and how it is lifted."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache

from accounts import tries

pytestmark = pytest.mark.usefixtures("fresh_limits")
EVENING = datetime(2026, 5, 4, 21, 30, tzinfo=UTC)


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    """The clock, standing at half past nine in the evening."""
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


def use_up(who: str) -> None:
    for _ in range(tries.A_DAY):
        assert tries.count_try(who).wait is None


def test_the_hundred_and_first_try_waits_for_the_next_day(at: time_machine.Traveller) -> None:
    use_up("person:7")
    assert tries.count_try("person:7").wait == timedelta(hours=2, minutes=30)
    assert tries.count_try("person:8").wait is None
    at.shift(timedelta(hours=2, minutes=30))
    assert tries.count_try("person:7").wait is None


def test_tries_at_the_same_moment_are_all_counted() -> None:
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(tries.count_try, ["person:7"] * (tries.A_DAY + 20)))
    assert sum(each.wait is None for each in counted) == tries.A_DAY


def test_a_try_given_back_is_free_again(at: time_machine.Traveller) -> None:
    for _ in range(tries.A_DAY - 1):
        tries.count_try("person:7")
    tries.give_back(tries.count_try("person:7"))
    assert tries.count_try("person:7").wait is None
    assert tries.count_try("person:7").wait is not None


def test_giving_back_after_redis_was_emptied_is_no_error(at: time_machine.Traveller) -> None:
    counted = tries.count_try("person:7")
    cache.clear()
    tries.give_back(counted)
    assert tries.blocked_until(7) is None


def test_it_is_known_until_when_somebody_is_stopped(at: time_machine.Traveller) -> None:
    assert tries.blocked_until(7) is None
    use_up(tries.person_key(7))
    assert tries.blocked_until(7) == datetime(2026, 5, 5, tzinfo=UTC)


def test_the_time_shown_is_midnight_however_late_it_is_asked() -> None:
    with time_machine.travel(EVENING):  # the clock runs on between two looks at it
        use_up(tries.person_key(7))
        assert tries.blocked_until(7) == datetime(2026, 5, 5, tzinfo=UTC)


def test_lifting_holds_although_somebody_keeps_guessing(at: time_machine.Traveller) -> None:
    use_up(tries.person_key(7))
    tries.lift(7)
    for _ in range(3 * tries.A_DAY):
        assert tries.count_try(tries.person_key(7)) == tries.CountedTry()
    assert tries.blocked_until(7) is None


def ends_within(name: str, seconds: int) -> bool:
    """Whether every key of this name has so long to live, by Redis' own clock, which goes on."""
    redis = cache._cache.get_client()  # type: ignore[attr-defined] # Redis alone knows
    left = [redis.ttl(key) for key in redis.keys(f"*tries:{name}*")]
    return bool(left) and all(seconds - 60 < one <= seconds for one in left)


def test_lifting_ends_after_half_an_hour(at: time_machine.Traveller) -> None:
    tries.lift(7)
    assert ends_within("lifted", 1800)


def test_what_was_typed_never_stands_in_a_key() -> None:
    typed = "typed:north/" + "x" * 5000 + " \n"
    assert tries.count_try(typed).wait is None
    assert "x" not in tries.count_try(typed).key.replace("tries", "")


# ── By place and by address ─────────────────────────────────────────────────────────────────
def test_the_eleventh_try_at_a_place_waits_for_a_quarter_of_an_hour(
    at: time_machine.Traveller,
) -> None:
    for _ in range(tries.AT_A_PLACE):
        assert tries.count_at("192.0.2.1", "person:7").wait is None
    at.shift(timedelta(minutes=5))
    assert tries.count_at("192.0.2.1", "person:7").wait == timedelta(minutes=10)
    assert tries.count_at("192.0.2.2", "person:7").wait is None
    assert tries.count_at("192.0.2.1", "person:8").wait is None


def test_a_place_that_is_full_is_known_as_long_as_it_is(at: time_machine.Traveller) -> None:
    for _ in range(tries.AT_A_PLACE):
        tries.count_at("192.0.2.1", tries.person_key(7))
    assert tries.blocked_until(7) is None
    tries.count_at("192.0.2.1", tries.person_key(7))
    assert tries.blocked_until(7) == EVENING + timedelta(minutes=15)
    assert ends_within("stopped", 900)
    assert ends_within("since", 900)


@pytest.mark.parametrize("who", [tries.person_key(7), tries.known(tries.person_key(7))])
def test_lifting_frees_full_places_too(at: time_machine.Traveller, who: str) -> None:
    counted = [tries.count_at("192.0.2.1", who) for _ in range(tries.AT_A_PLACE + 1)]
    assert counted[-1].wait is not None
    tries.lift(7)
    for _ in range(3 * tries.AT_A_PLACE):
        assert tries.count_at("192.0.2.1", who) == tries.CountedTry()
    assert tries.blocked_until(7) is None


def test_an_address_waits_a_minute_after_six_hundred_wrong_tries(
    at: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tries.FROM_AN_ADDRESS == 600
    monkeypatch.setattr(tries, "FROM_AN_ADDRESS", 5)
    for _ in range(5):
        assert tries.count_from("192.0.2.1").wait is None
    assert tries.count_from("192.0.2.1").wait == timedelta(minutes=1)
    assert tries.count_from("192.0.2.2").wait is None


def test_a_hall_that_signs_in_at_once_leaves_no_count_behind() -> None:
    def sign_in(number: int) -> bool:
        counted = [
            tries.count_from("192.0.2.1"),
            tries.count_at("192.0.2.1", f"person:{number}"),
        ]
        for each in counted:
            tries.give_back(each)
        return all(each.wait is None for each in counted)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(sign_in, range(200)))
    left = tries.count_from("192.0.2.1")
    assert cache.get(left.key) == 1
