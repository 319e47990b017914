"""Wrong tries at sign-in: counted by person and place, and by person and day over all places."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import time_machine
from allauth.core.internal import ratelimit
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import tries
from accounts.adapter import REFUSED, TOO_MANY_WAIT
from accounts.tests.conftest import Cast, School, as_person
from accounts.tests.entrance import LOGIN, post_login, refusal
from kernel import clock

pytestmark = pytest.mark.usefixtures("fresh_limits", "noon")
WAIT_HERE = str(TOO_MANY_WAIT) % {"wait": "15 minutes"}


@pytest.fixture
def noon() -> Iterator[None]:
    """No test begins on one day and ends on the next, when the day's tries begin anew."""
    with time_machine.travel(clock.now().replace(hour=12, minute=0)):
        yield


def test_eleven_wrong_guesses_on_one_account_are_stopped(client: Client, cast: Cast) -> None:
    for _ in range(10):
        assert refusal(post_login(client, "ana@north.example", "wrong-wrong")) == str(REFUSED)
    assert refusal(post_login(client, "ana@north.example", "wrong-wrong")) == WAIT_HERE
    # Even the right password waits now, and the other name of the same person does not help.
    assert refusal(post_login(client, "ana@north.example")) == WAIT_HERE
    assert refusal(post_login(client, "A-100", institution="north")) == WAIT_HERE
    # Others in the same hall are not concerned.
    assert post_login(client, "ben@north.example").status_code == 302


def test_guesses_by_either_name_count_together(client: Client, cast: Cast) -> None:
    for _ in range(5):
        post_login(client, "ana@north.example", "wrong-wrong")
        post_login(client, "a-100", "wrong-wrong", "north")
    assert refusal(post_login(client, "A-100", "wrong-wrong", "NORTH")) == WAIT_HERE


def test_guesses_on_nobody_are_stopped_alike(client: Client, cast: Cast) -> None:
    for _ in range(10):
        assert refusal(post_login(client, "nobody@north.example", "wrong-wrong")) == str(REFUSED)
    assert refusal(post_login(client, "Nobody@north.example", "wrong-wrong")) == WAIT_HERE


def test_more_people_than_the_limit_sign_in_behind_one_address(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "FROM_AN_ADDRESS", 2)
    for _ in range(3):
        for login in ("ana@north.example", "ben@north.example", "ivo@north.example"):
            client.cookies.clear()
            assert post_login(client, login).status_code == 302


def test_a_right_password_does_not_use_up_the_tries(client: Client, cast: Cast) -> None:
    for _ in range(12):
        assert post_login(Client(), "ana@north.example").status_code == 302
    assert refusal(post_login(client, "ana@north.example", "wrong-wrong")) == str(REFUSED)


def test_nobody_waits_for_a_lock_of_the_whole_hall(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Allauth refuses whoever does not get a lock within a second, whatever they typed."""

    @contextmanager
    def held_by_another(_key: str) -> Iterator[bool]:
        yield False

    monkeypatch.setattr(ratelimit, "cache_lock", held_by_another)
    assert refusal(post_login(client, "ana@north.example", "wrong-wrong")) == str(REFUSED)
    assert post_login(client, "ana@north.example").status_code == 302


def test_an_administrator_lets_in_whom_a_neighbour_in_the_hall_keeps_out(
    cast: Cast, school: School, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    guess(Client(), "ana@north.example", "127.0.0.1")
    assert refusal(post_login(Client(), "ana@north.example")) == WAIT_HERE
    admin = as_person(cast.admin)
    assert "Let this person sign in" in admin.get(f"/people/{cast.ana}/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"/people/{cast.ana}/tries/")
    guess(Client(), "ana@north.example", "127.0.0.1", times=2 * tries.AT_A_PLACE)
    assert post_login(Client(), "ana@north.example").status_code == 302


def test_refused_tries_on_one_person_do_not_fill_the_address(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "FROM_AN_ADDRESS", 15)
    guess(Client(), "ana@north.example", "127.0.0.1", times=30)
    assert post_login(Client(), "ben@north.example").status_code == 302


def test_guessing_at_many_people_from_one_address_is_stopped_for_a_minute(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "FROM_AN_ADDRESS", 5)
    for number in range(5):
        post_login(client, f"nobody{number}@north.example", "wrong-wrong")
    wait = str(TOO_MANY_WAIT) % {"wait": "1 minute"}
    assert refusal(post_login(client, "ben@north.example")) == wait
    assert post_login(Client(REMOTE_ADDR="192.0.2.7"), "ben@north.example").status_code == 302


@override_settings(ACCOUNT_RATE_LIMITS={"login": "2/m/ip"})
def test_too_many_from_one_address_see_our_page(client: Client, cast: Cast) -> None:
    for _ in range(2):
        post_login(client, "nobody@x.org")
    response = post_login(client, "nobody@x.org")
    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    assert "Wait a minute" in response.content.decode()


def guess(client: Client, login: str, address: str, times: int = 11) -> None:
    for number in range(times):
        typed = {"login": login, "password": f"wrong {number}", "institution": ""}
        client.post(LOGIN, typed, REMOTE_ADDR=address)


def test_guessing_elsewhere_does_not_keep_a_person_out(cast: Cast) -> None:
    guess(Client(), "ana@north.example", "192.0.2.66")
    blocked = Client(REMOTE_ADDR="192.0.2.66")
    assert refusal(post_login(blocked, "ana@north.example")) == WAIT_HERE
    assert post_login(Client(REMOTE_ADDR="192.0.2.7"), "ana@north.example").status_code == 302


def test_guessing_in_the_same_hall_does_not_keep_out_a_browser_that_is_known(cast: Cast) -> None:
    own = Client()
    assert post_login(own, "ana@north.example").status_code == 302
    own.cookies.pop("sessionid")
    guess(Client(), "ana@north.example", "127.0.0.1")
    assert refusal(post_login(Client(), "ana@north.example")) == WAIT_HERE
    assert post_login(own, "ana@north.example").status_code == 302


# ── The total of a day, over all addresses ──────────────────────────────────────────────────
@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve tries a day: what counts is that they come from many addresses."""
    monkeypatch.setattr(tries, "A_DAY", 12)


def guess_everywhere(login: str, institution: str = "", times: int | None = None) -> list[str]:
    """Guess from a new address each time, a day's tries unless told; returns what was answered."""
    said = []
    for number in range(tries.A_DAY if times is None else times):
        client = Client(REMOTE_ADDR=f"198.51.{number // 250}.{number % 250 + 1}")
        said.append(refusal(post_login(client, login, "wrong-wrong", institution)))
    return said


def is_about_hours(text: str) -> bool:
    pattern = str(TOO_MANY_WAIT).replace("%(wait)s", r"\d+ (minutes?|hours)")
    return re.fullmatch(pattern, text) is not None


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("login", ["ana@north.example", "nobody@north.example"])
def test_guessing_from_many_addresses_ends_for_the_day(cast: Cast, login: str) -> None:
    assert set(guess_everywhere(login)) == {str(REFUSED)}
    stopped = guess_everywhere(login.upper(), times=3)
    assert all(is_about_hours(text) for text in stopped)
    # Even the right password waits: a guess that hits must not be told from one that does not.
    assert is_about_hours(refusal(post_login(Client(REMOTE_ADDR="203.0.113.9"), login)))
    assert post_login(Client(REMOTE_ADDR="203.0.113.9"), "ben@north.example").status_code == 302


@pytest.mark.usefixtures("few")
def test_both_names_of_a_person_share_the_total(cast: Cast) -> None:
    half = tries.A_DAY // 2
    guess_everywhere("ana@north.example", times=half)
    guess_everywhere("a-100", "NORTH", times=half)
    assert is_about_hours(
        refusal(post_login(Client(REMOTE_ADDR="203.0.113.9"), "A-100", institution="north"))
    )


@pytest.mark.usefixtures("few")
def test_a_browser_that_is_known_is_not_kept_out_by_a_day_of_guessing(cast: Cast) -> None:
    own = Client()
    assert post_login(own, "ana@north.example").status_code == 302
    own.cookies.pop("sessionid")
    guess_everywhere("ana@north.example", times=tries.A_DAY + 5)
    assert refusal(post_login(own, "ana@north.example", "wrong-wrong")) == str(REFUSED)
    assert post_login(own, "ana@north.example").status_code == 302


@pytest.mark.usefixtures("few")
def test_a_right_password_does_not_use_up_the_day(cast: Cast) -> None:
    for _ in range(3):
        assert post_login(Client(), "ana@north.example").status_code == 302
    guess_everywhere("ana@north.example", times=tries.A_DAY - 1)
    assert post_login(Client(REMOTE_ADDR="203.0.113.9"), "ana@north.example").status_code == 302


@pytest.mark.usefixtures("few")
def test_refused_tries_at_one_address_do_not_use_up_the_day(cast: Cast) -> None:
    guess(Client(), "ana@north.example", "192.0.2.66", times=tries.A_DAY + 20)
    assert post_login(Client(REMOTE_ADDR="192.0.2.7"), "ana@north.example").status_code == 302


@pytest.mark.usefixtures("few")
def test_a_new_password_by_a_mailed_link_lets_its_owner_in(client: Client, cast: Cast) -> None:
    guess_everywhere("ana@north.example")
    client.post("/accounts/password/reset/", {"email": "ana@north.example"})
    link = re.search(
        r"http://testserver(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body)
    )
    assert link
    typed = {"password1": "green-hill-paper", "password2": "green-hill-paper"}
    client.post(client.get(link[1])["Location"], typed)
    assert post_login(Client(), "ana@north.example", "green-hill-paper").status_code == 302
