"""A session acts for a candidate when its browser holds the lease."""

import pytest
from django.test import Client
from django.urls import reverse

from exams.selectors.browsers import holds_lease_in
from exams.tests.conftest import Cast, Taking, begin

pytestmark = pytest.mark.django_db


def sign_in(cast: Cast, client: Client) -> str:
    client.force_login(cast.ana)
    return str(client.session.session_key)


def take(client: Client, taken: Taking) -> None:
    address = reverse("exams:lease", args=[taken.attempt_id])
    assert client.post(address, "{}", content_type="application/json").status_code == 200


def test_any_session_does_before_a_browser_has_the_lease(cast: Cast, client: Client) -> None:
    taken = begin(cast)
    assert holds_lease_in(taken.attempt_id, sign_in(cast, client))


def test_only_the_one_of_the_newest_browser_does(cast: Cast, client: Client) -> None:
    taken, other = begin(cast), Client()
    here, elsewhere = sign_in(cast, client), sign_in(cast, other)
    take(client, taken)
    assert holds_lease_in(taken.attempt_id, here)
    assert not holds_lease_in(taken.attempt_id, elsewhere)
    take(other, taken)
    assert not holds_lease_in(taken.attempt_id, here)
    assert holds_lease_in(taken.attempt_id, elsewhere)


def test_a_new_session_in_the_same_browser_does_after_its_first_request(
    cast: Cast, client: Client
) -> None:
    taken = begin(cast)
    sign_in(cast, client)
    take(client, taken)
    client.session.flush()
    again = sign_in(cast, client)
    assert not holds_lease_in(taken.attempt_id, again)
    client.get(reverse("exams:attempt", args=[taken.attempt_id]))
    assert holds_lease_in(taken.attempt_id, str(client.session.session_key))
