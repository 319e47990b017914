"""Every refusal has its sentence and its field."""

import re
from pathlib import Path

import notifications
from notifications.errors import AudienceRefused, TextRefused, TimeRefused
from notifications.refusals import field_of, text_of


def reasons_of(name: str) -> set[str]:
    folder = Path(notifications.__file__).parent
    sources = [*folder.glob("services/*.py"), *folder.glob("domain/*.py")]
    pattern = re.compile(name + r'\(\s*reason="(\w+)"')
    return {reason for source in sources for reason in pattern.findall(source.read_text())}


def test_each_reason_that_is_raised_has_its_own_sentence() -> None:
    fallback = text_of(TextRefused(reason="?"))
    for kind in (TextRefused, TimeRefused, AudienceRefused):
        reasons = reasons_of(kind.__name__) - {"person", "class", "sitting"}  # never by the form
        assert reasons
        texts = {text_of(kind(reason=reason, variable="x", limit=6)) for reason in reasons}
        assert fallback not in texts
        assert len(texts) == len(reasons)


def test_a_refusal_belongs_to_a_field() -> None:
    assert field_of(TextRefused(reason="brace", language="fa")) == "text_fa"
    assert field_of(TimeRefused(reason="past")) == "when"
    assert field_of(AudienceRefused(reason="empty")) == "audience"
