"""The frozen content: canonical form, hash, round trip."""

import json
from decimal import Decimal

import msgspec
import pytest

from exams.domain.content import canonical, from_json, hash_of, to_json
from exams.tests.test_domain_paper import exam, pool


def test_content_survives_being_stored_as_json() -> None:
    content = exam(pool(1, 2, 3, draws=2, mixes=True))
    stored = json.loads(json.dumps(to_json(content)))
    assert from_json(stored) == content
    assert hash_of(stored) == hash_of(to_json(content))


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()


def test_any_change_changes_the_hash() -> None:
    content = exam(pool(1, 2))
    other = msgspec.structs.replace(content, passing_score=Decimal(51))
    assert hash_of(to_json(content)) != hash_of(to_json(other))


def test_a_field_that_is_not_known_is_refused() -> None:
    stored = to_json(exam(pool(1)))
    with pytest.raises(msgspec.ValidationError):
        from_json({**stored, "surprise": 1})
