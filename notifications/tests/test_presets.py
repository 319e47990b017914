"""The texts to start from are sendable as they stand."""

import pytest

from notifications.domain.text import check_text, size_of, variables_of
from notifications.presets import PRESETS


@pytest.mark.parametrize("key", [key for key, preset in PRESETS.items() if preset.text_en])
def test_a_preset_can_be_sent_in_both_languages(key: str) -> None:
    preset = PRESETS[key]
    for text in (preset.text_en, preset.text_fa):
        check_text(text, has_sitting=True)
        assert "name" in variables_of(text)
        assert size_of(text).segments <= 2
