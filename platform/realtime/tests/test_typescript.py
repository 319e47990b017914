"""Declarations of structs: every kind of field, names, comments, refusals."""

import datetime as dt
import enum
import uuid
from typing import Any, Literal

import msgspec
import pytest

from realtime.typescript import Declarations


class Colour(enum.StrEnum):
    """What it looks like."""

    RED = "red"
    GREEN = "green"


class Part(msgspec.Struct, frozen=True):
    id: uuid.UUID


class Whole(msgspec.Struct, frozen=True, tag="thing.made", tag_field="t"):
    """All kinds of fields. */ not the end

    More than one line.
    """

    number: int
    ratio: float
    text: str
    yes: bool
    at: dt.datetime
    part: Part
    parts: list[Part]
    some: tuple[int | None, ...]
    pair: tuple[int, str]
    by_name: dict[str, Part]
    colour: Colour
    kind: Literal["a", "b"]
    raw: msgspec.Raw
    anything: Any
    maybe: str | None = None


class Sparse(msgspec.Struct, frozen=True, omit_defaults=True):
    a: int
    b: int = 0


class Wrong(msgspec.Struct, frozen=True):
    out: msgspec.Struct | memoryview


def declared(*types: type[msgspec.Struct], asked: bool = False) -> str:
    found = Declarations()
    found.add(types, asked=asked)
    return found.text()


def test_every_kind_of_field_has_its_type_and_all_that_is_referred_to_is_declared() -> None:
    assert (
        declared(Whole)
        == """\
/** What it looks like. */
export type Colour = "red" | "green";

export interface Part {
  id: string;
}

/** All kinds of fields.  not the end */
export interface Whole {
  number: number;
  ratio: number;
  text: string;
  yes: boolean;
  at: string;
  part: Part;
  parts: Part[];
  some: (number | null)[];
  pair: [number, string];
  by_name: Record<string, Part>;
  colour: Colour;
  kind: "a" | "b";
  raw: unknown;
  anything: unknown;
  maybe: string | null;
}"""
    )


def test_a_default_may_be_left_out_only_by_who_sends_it() -> None:
    assert "  maybe?: string | null;" in declared(Whole, asked=True)
    assert "  maybe: string | null;" in declared(Whole)


def test_fields_that_the_server_omits_at_their_default_are_optional() -> None:
    assert declared(Sparse) == "export interface Sparse {\n  a: number;\n  b?: number;\n}"


def test_two_of_one_name_are_told_apart_by_their_app() -> None:
    found = Declarations()
    other = msgspec.defstruct("Part", [("size", int)], module="scanner.wire", frozen=True)
    found.add([Part, other])
    assert found.name_of(Part) == "Part"
    assert found.name_of(other) == "ScannerPart"
    assert found.name_of(None) == "null"
    assert "export interface ScannerPart {\n  size: number;\n}" in found.text()


def test_what_json_cannot_carry_is_refused() -> None:
    with pytest.raises(TypeError):
        declared(Wrong)


def test_only_structs_are_declared() -> None:
    with pytest.raises(TypeError, match="is not a struct"):
        declared(int)  # type: ignore[arg-type] # the point of the test
