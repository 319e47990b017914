"""A school for every test, and a browser on the running site for some."""

import pytest

from chat.tests.cast import School
from web.tests.site import browser as browser, site as site, stand as stand


@pytest.fixture
def school() -> School:
    return School()
