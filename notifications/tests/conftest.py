"""A school, and the console as gateway, for every test."""

from collections.abc import Iterator

import pytest

from notifications.gateways.base import ConsoleGateway, bind_gateway, bound_gateway
from notifications.tests.cast import School
from notifications.tests.fake_twilio import FakeTwilio
from web.tests.site import browser as browser, site as site, stand as stand


@pytest.fixture(autouse=True)
def console() -> Iterator[None]:
    """No test sends anything unless it binds another gateway."""
    before = bound_gateway()
    bind_gateway(ConsoleGateway())
    yield
    bind_gateway(before)


@pytest.fixture
def school() -> School:
    return School()


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    """The real client of Twilio, talking to a server of ours."""
    with FakeTwilio() as fake:
        bind_gateway(fake.gateway(timeout=0.4))
        yield fake
