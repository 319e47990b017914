"""What is remembered of a save that Django let through, and for how long."""

from typing import Any

import pytest

from exams.views.saves import MOST, REMEMBERED_SECONDS, Saver, Savers

HEADERS: dict[str, Any] = {
    "PATH_INFO": "/api/attempts/7/answers",
    "HTTP_HOST": "school.example",
    "HTTP_COOKIE": "sessionid=a; csrftoken=b",
    "HTTP_X_CSRFTOKEN": "b",
    "HTTP_ORIGIN": "https://school.example",
    "wsgi.url_scheme": "https",
}
ANA = Saver(1, "browser")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def savers(clock: Clock) -> Savers:
    known = Savers(clock)
    known.remember(HEADERS, ANA)
    return known


def test_the_same_headers_are_known_for_a_moment(savers: Savers, clock: Clock) -> None:
    assert savers.find({**HEADERS, "wsgi.input": object()}) == ANA
    clock.now += REMEMBERED_SECONDS
    assert savers.find(HEADERS) == ANA
    clock.now += 0.1
    assert savers.find(HEADERS) is None


@pytest.mark.parametrize("header", sorted([*HEADERS, "HTTP_REFERER", "HTTP_X_FORWARDED_PROTO"]))
def test_any_other_header_that_decides_is_asked_about_anew(savers: Savers, header: str) -> None:
    assert savers.find({**HEADERS, header: "other"}) is None


def test_memory_has_a_bound(savers: Savers) -> None:
    for number in range(MOST):
        savers.remember({**HEADERS, "HTTP_COOKIE": str(number)}, ANA)
    assert savers.find({**HEADERS, "HTTP_COOKIE": str(MOST - 1)}) == ANA
    assert savers.find({**HEADERS, "HTTP_COOKIE": "0"}) is None
