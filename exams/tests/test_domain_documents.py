"""Documents of people: read once, refused with a place and a code."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, strategies as st
from jsonschema import Draft202012Validator

from exams.domain.documents import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_FAULTS,
    DocumentCode,
    DocumentFault,
    UnreadableDocument,
    faults_against,
    read_document,
    written,
)

SCHEMA = Draft202012Validator(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 5, "pattern": "^[a-z]*$"},
            "count": {"type": "integer", "minimum": 1, "maximum": 3},
            "kind": {"enum": ["a", "b"]},
            "rows": {"type": "array", "items": {"type": "boolean"}, "maxItems": 60},
        },
    }
)


def told(document: object) -> list[str]:
    return [str(fault) for fault in faults_against(SCHEMA, document)]


@pytest.mark.parametrize(
    ("document", "faults"),
    [
        ({"name": "x"}, []),
        ({}, ["name: missing_key"]),
        ({"name": "x", "nmae": 1}, ["nmae: unknown_key"]),
        ({"name": ""}, ["name: too_short (1)"]),
        ({"name": "abcdef"}, ["name: too_long (5)"]),
        ({"name": "A"}, ["name: wrong_form (^[a-z]*$)"]),
        ({"name": "x", "count": 0}, ["count: too_small (1)"]),
        ({"name": "x", "count": 4}, ["count: too_big (3)"]),
        ({"name": "x", "count": "2"}, ["count: wrong_type (integer)"]),
        ({"name": "x", "kind": "c"}, ["kind: not_one_of (a, b)"]),
        ({"name": "x", "rows": [True, 1]}, ["rows[1]: wrong_type (boolean)"]),
        ([], ["$: wrong_type (object)"]),
    ],
)
def test_a_fault_says_where_and_what(document: object, faults: list[str]) -> None:
    assert told(document) == faults


def test_there_is_an_end_to_what_is_told() -> None:
    assert len(told({"name": "x", "rows": [1] * 60})) == MAX_FAULTS


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{" + b" " * MAX_BYTES + b"}", DocumentCode.TOO_LARGE),
        (b"\xff\xfe{}", DocumentCode.NOT_UTF8),
        (b"{", DocumentCode.NOT_JSON),
        (b"", DocumentCode.NOT_JSON),
        (b'{"a": NaN}', DocumentCode.NOT_JSON),
        (b"1" * 5000, DocumentCode.NOT_JSON),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), DocumentCode.TOO_DEEP),
        (b"[" * 100_000, DocumentCode.TOO_DEEP),
        (b'{"a": 1, "a": 2}', DocumentCode.REPEATED_KEY),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(raw: bytes, code: DocumentCode) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        read_document(raw)
    assert refused.value.fault.code == code


def test_where_json_breaks_is_said() -> None:
    with pytest.raises(UnreadableDocument) as refused:
        read_document(b'{\n  "a": }')
    assert refused.value.fault == DocumentFault("", "not_json", "2:8")


def test_a_mark_of_byte_order_is_no_fault() -> None:
    assert read_document(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


# What PostgreSQL has a place for: no NUL, no half of a pair.
LETTERS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | LETTERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LETTERS, inner),
    max_leaves=8,
)


@given(JSON)
def test_what_is_written_is_read_again(document: object) -> None:
    if written(document).count("[") + written(document).count("{") <= MAX_DEPTH:
        assert read_document(written(document).encode()) == document


@given(JSON)
def test_no_document_breaks_the_check(document: object) -> None:
    for fault in faults_against(SCHEMA, document):
        assert fault.code in set(DocumentCode)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    with suppress(UnreadableDocument):
        json.dumps(read_document(raw))


@pytest.mark.parametrize("raw", [b'["\\u0000"]', b'["\\ud800"]', b'{"\\udfff": 1}'])
def test_letters_that_the_database_cannot_hold_are_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        read_document(raw)
