"""Documents that people write or upload: read as JSON, held against a JSON Schema (pure).

Every fault says where it is, as `entries[2].room`, and what is wrong as a code with its detail; the
words are made at the edge.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 12
MAX_FAULTS: Final = 50


class DocumentCode(StrEnum):
    """What may be wrong with a document, whatever it is about."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    REPEATED_KEY = "repeated_key"
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    WRONG_TYPE = "wrong_type"
    NOT_ONE_OF = "not_one_of"
    TOO_SMALL = "too_small"
    TOO_BIG = "too_big"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    WRONG_FORM = "wrong_form"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class DocumentFault:
    """One fault: where, what, and the word or number it is about."""

    path: str
    code: str
    detail: str = ""

    def __str__(self) -> str:
        what = f"{self.code} ({self.detail})" if self.detail else self.code
        return f"{self.path or '$'}: {what}"


class UnreadableDocument(Exception):
    """The bytes are no JSON document that is taken."""

    def __init__(self, code: DocumentCode, detail: str = "") -> None:
        super().__init__(code.value)
        self.fault = DocumentFault("", code.value, detail)


_CODES: Final[Mapping[str, DocumentCode]] = {
    "additionalProperties": DocumentCode.UNKNOWN_KEY,
    "required": DocumentCode.MISSING_KEY,
    "type": DocumentCode.WRONG_TYPE,
    "enum": DocumentCode.NOT_ONE_OF,
    "const": DocumentCode.NOT_ONE_OF,
    "minimum": DocumentCode.TOO_SMALL,
    "maximum": DocumentCode.TOO_BIG,
    "minLength": DocumentCode.TOO_SHORT,
    "minItems": DocumentCode.TOO_SHORT,
    "maxLength": DocumentCode.TOO_LONG,
    "maxItems": DocumentCode.TOO_LONG,
    "uniqueItems": DocumentCode.REPEATED_KEY,
    "pattern": DocumentCode.WRONG_FORM,
}


def read_document(raw: bytes) -> object:
    """Return what a JSON file says.

    A key that comes twice is refused: one of the two would be lost without a word. So are NaN and
    Infinity, which are not JSON.

    Raises:
        UnreadableDocument: It is too large, no UTF-8, no JSON, or nested too deeply.
    """
    if len(raw) > MAX_BYTES:
        raise UnreadableDocument(DocumentCode.TOO_LARGE, str(MAX_BYTES // 1024))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableDocument(DocumentCode.NOT_UTF8) from None
    if _depth_of(text) > MAX_DEPTH:
        raise UnreadableDocument(DocumentCode.TOO_DEEP, str(MAX_DEPTH))
    try:
        return _storable(json.loads(text, object_pairs_hook=_once, parse_constant=_refuse))
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        raise UnreadableDocument(DocumentCode.NOT_JSON, place) from None
    except ValueError:  # a whole number of thousands of digits
        raise UnreadableDocument(DocumentCode.NOT_JSON) from None


def _depth_of(text: str) -> int:
    """Return how deeply brackets open, those within words included: an upper bound."""
    depth = deepest = 0
    for letter in text:
        if letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


def _storable(document: object) -> object:
    """Return the document, unless PostgreSQL has no place for one of its letters."""
    text = json.dumps(document)
    if "\\u0000" in text or any("\ud800" <= one <= "\udfff" for one in _letters(document)):
        raise UnreadableDocument(DocumentCode.NOT_UTF8)
    return document


def _letters(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise UnreadableDocument(DocumentCode.REPEATED_KEY, key)
        found[key] = value
    return found


def _refuse(name: str) -> object:
    raise UnreadableDocument(DocumentCode.NOT_JSON, name)


def faults_against(validator: Draft202012Validator, document: object) -> list[DocumentFault]:
    """Return what is wrong with a document by its schema, in the order of the paths."""
    errors = validator.iter_errors(document)
    faults = {fault for error in errors for fault in _faults_of(error)}
    return sorted(faults)[:MAX_FAULTS]


def _faults_of(error: ValidationError) -> Iterable[DocumentFault]:
    path = error.json_path.removeprefix("$").removeprefix(".")
    here: Any = error  # the validator's own values have no useful types
    code = _CODES.get(str(error.validator), DocumentCode.OTHER)
    match code:
        case DocumentCode.UNKNOWN_KEY:
            known = set(here.schema.get("properties", {}))
            for key in sorted(set(here.instance) - known):
                yield DocumentFault(_below(path, key), code.value)
        case DocumentCode.MISSING_KEY:
            for key in here.validator_value:
                if key not in here.instance:
                    yield DocumentFault(_below(path, key), code.value)
        case _:
            yield DocumentFault(path, code.value, _detail_of(here.validator_value))


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _detail_of(wanted: object) -> str:
    if isinstance(wanted, list):
        return ", ".join(str(one) for one in wanted)
    return str(wanted)


def written(document: object) -> str:
    """Return a document as people download and read it."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
