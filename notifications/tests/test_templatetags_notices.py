"""Template tags of notices."""

import pytest

from notifications.selectors import notice_card
from notifications.templatetags.notices import notice_chip
from notifications.tests.cast import School


@pytest.mark.django_db
def test_a_chip_says_the_state_in_a_word_and_a_tone(school: School) -> None:
    drawn = notice_chip(notice_card(school.scheduled()))
    assert "Scheduled" in drawn
    assert 'class="chip waiting"' in drawn
