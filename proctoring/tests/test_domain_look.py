import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from proctoring.domain.look import Look, joined

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
IVO, CLEO = 1, 2


def at(minute: int) -> datetime:
    return NINE + timedelta(minutes=minute)


def look(viewer: int, start: int, end: int | None) -> Look:
    return Look(viewer, at(start), None if end is None else at(end))


def test_overlapping_looks_of_one_person_are_one_and_of_two_persons_two() -> None:
    looks = [look(IVO, 3, 9), look(CLEO, 2, 4), look(IVO, 0, 5), look(IVO, 20, 21)]
    assert joined(looks) == [look(IVO, 0, 9), look(CLEO, 2, 4), look(IVO, 20, 21)]


def test_a_look_that_goes_on_stays_open_whatever_it_is_joined_with() -> None:
    assert joined([look(IVO, 0, None), look(IVO, 1, 2)]) == [look(IVO, 0, None)]
    assert joined([look(IVO, 0, 2), look(IVO, 1, None)]) == [look(IVO, 0, None)]


LOOKS = st.builds(
    lambda viewer, start, length: look(viewer, start, start + length),
    st.sampled_from([IVO, CLEO]),
    st.integers(0, 40),
    st.integers(0, 9),
)


def minutes(looks: list[Look]) -> set[tuple[int, int]]:
    return {
        (one.viewer_id, minute)
        for one in looks
        for minute in range(60)
        if one.ended_at is not None and one.started_at <= at(minute) <= one.ended_at
    }


@given(st.lists(LOOKS, max_size=8))
def test_joining_keeps_who_saw_and_when_and_leaves_no_overlap(looks: list[Look]) -> None:
    found = joined(looks)
    assert minutes(found) == minutes(looks)
    for viewer in (IVO, CLEO):
        mine = [one for one in found if one.viewer_id == viewer]
        pairs = itertools.pairwise(mine)
        assert all(a.ended_at is not None and a.ended_at < b.started_at for a, b in pairs)
