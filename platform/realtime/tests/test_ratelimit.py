"""Token buckets: burst, refill, and clocks that stand still or jump back."""

from hypothesis import given, strategies as st

from realtime.ratelimit import Buckets, Rate, TokenBucket


def test_the_burst_passes_and_the_next_one_does_not() -> None:
    bucket = TokenBucket(Rate(per_second=1, burst=3), now=100.0)
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]


def test_tokens_come_back_at_the_rate_and_never_above_the_burst() -> None:
    bucket = TokenBucket(Rate(per_second=2, burst=2), now=0.0)
    assert bucket.take(0.0)
    assert bucket.take(0.0)
    assert not bucket.take(0.4)
    assert bucket.take(0.5)
    assert [bucket.take(1000.0) for _ in range(3)] == [True, True, False]


def test_a_clock_that_jumps_back_gives_nothing() -> None:
    bucket = TokenBucket(Rate(per_second=10, burst=1), now=50.0)
    assert bucket.take(50.0)
    assert not bucket.take(10.0)
    assert not bucket.take(50.05)
    assert bucket.take(50.11)


@given(st.lists(st.floats(min_value=0, max_value=10, allow_nan=False), max_size=200))
def test_nobody_gets_more_than_burst_plus_rate_times_time(pauses: list[float]) -> None:
    rate = Rate(per_second=3, burst=5)
    bucket, now, taken = TokenBucket(rate, 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        taken += bucket.take(now)
    assert taken <= rate.burst + rate.per_second * now + 1e-6


def test_each_key_has_a_bucket_of_its_own() -> None:
    buckets, rate = Buckets(), Rate(per_second=1, burst=2)
    assert [buckets.take((1, "say"), rate, 0.0) for _ in range(3)] == [True, True, False]
    assert buckets.take((2, "say"), rate, 0.0)
    assert buckets.take((1, "read"), rate, 0.0)


def test_only_buckets_that_are_full_again_are_forgotten() -> None:
    buckets, rate = Buckets(), Rate(per_second=0.5, burst=2)
    for _ in range(2):
        buckets.take("ana", rate, 0.0)
    buckets.take("ben", rate, 0.0)
    buckets.forget_full(2.0)
    assert len(buckets) == 1
    assert [buckets.take("ana", rate, 2.0) for _ in range(2)] == [True, False]
    buckets.forget_full(100.0)
    assert len(buckets) == 0
