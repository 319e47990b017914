"""TypeScript declarations of msgspec structs (pure): what the browser may rely on."""

from collections.abc import Iterable
from enum import Enum
from inspect import cleandoc
from typing import Any, Final

import msgspec
from msgspec import inspect

_SIMPLE: Final[dict[type[inspect.Type], str]] = {
    inspect.AnyType: "unknown",
    inspect.RawType: "unknown",
    inspect.NoneType: "null",
    inspect.BoolType: "boolean",
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.StrType: "string",
    inspect.BytesType: "string",
    inspect.UUIDType: "string",
    inspect.DecimalType: "string",
    inspect.DateTimeType: "string",
    inspect.DateType: "string",
    inspect.TimeType: "string",
    inspect.TimeDeltaType: "string",
}


class Declarations:
    """Collects structs and enums and gives each one name.

    Two of the same name from different apps are told apart by the app's name in front.
    """

    def __init__(self) -> None:
        self._names: dict[type, str] = {}
        self._asked: set[type] = set()
        self._texts: dict[str, str] = {}

    def add(self, types: Iterable[type[msgspec.Struct]], *, asked: bool = False) -> None:
        """Declare `types` and all they refer to.

        Args:
            types: Structs.
            asked: The browser sends them: fields with a default may be left out.
        """
        for one in types:
            self._declare(one, asked=asked)

    def name_of(self, one: type | None) -> str:
        """Return the declared name; `null` for None."""
        return "null" if one is None else self._names[one]

    def text(self) -> str:
        """Return all declarations, sorted by name."""
        return "\n\n".join(self._texts[name] for name in sorted(self._texts))

    def _declare(self, one: type[msgspec.Struct], *, asked: bool) -> str:
        if one in self._names and (one in self._asked or not asked):
            return self._names[one]
        if asked:
            self._asked.add(one)
        name = self._name(one)
        info = inspect.type_info(one)
        if not isinstance(info, inspect.StructType):
            raise TypeError(f"{one} is not a struct")
        lines = [self._field(field, one, asked=asked) for field in info.fields]
        self._texts[name] = "\n".join(
            [*_comment(one), f"export interface {name} {{", *self._tag(info), *lines, "}"]
        )
        return name

    def _name(self, one: type) -> str:
        if one not in self._names:
            taken = set(self._names.values())
            app = one.__module__.partition(".")[0].capitalize()
            self._names[one] = one.__name__ if one.__name__ not in taken else app + one.__name__
        return self._names[one]

    def _tag(self, info: inspect.StructType) -> list[str]:
        """Frames carry their tag; the tag of an event is the frame's `t`, not part of `d`."""
        is_frame = info.cls.__module__ == "realtime.envelope" and info.tag is not None
        return [f"  {info.tag_field}: {_literal(info.tag)};"] if is_frame else []

    def _field(self, field: inspect.Field, owner: type[msgspec.Struct], *, asked: bool) -> str:
        may_miss = not field.required and (asked or owner.__struct_config__.omit_defaults)
        mark = "?" if may_miss else ""
        return f"  {field.encode_name}{mark}: {self._type(field.type, asked=asked)};"

    def _type(self, info: inspect.Type, *, asked: bool) -> str:
        if type(info) in _SIMPLE:
            return _SIMPLE[type(info)]
        match info:
            case inspect.StructType():
                return self._declare(info.cls, asked=asked)
            case inspect.EnumType():
                return self._enum(info.cls)
            case inspect.LiteralType():
                return " | ".join(map(_literal, info.values))
            case inspect.UnionType():
                return " | ".join(self._type(part, asked=asked) for part in info.types)
            case _:
                return self._collection(info, asked=asked)

    def _collection(self, info: inspect.Type, *, asked: bool) -> str:
        match info:
            case inspect.DictType():
                return f"Record<string, {self._type(info.value_type, asked=asked)}>"
            case inspect.TupleType():
                return f"[{', '.join(self._type(part, asked=asked) for part in info.item_types)}]"
            case inspect.CollectionType():
                item = self._type(info.item_type, asked=asked)
                return f"({item})[]" if "|" in item else f"{item}[]"
            case _:
                raise TypeError(f"no TypeScript for {info}")

    def _enum(self, one: type[Enum]) -> str:
        name = self._name(one)
        values = " | ".join(_literal(member.value) for member in one)
        self._texts[name] = "\n".join([*_comment(one), f"export type {name} = {values};"])
        return name


def _literal(value: Any) -> str:  # noqa: ANN401 a str, int, bool or None of a literal type
    return msgspec.json.encode(value).decode()


def _comment(one: type) -> list[str]:
    """The first line of the docstring, if the class has one of its own."""
    own = one.__dict__.get("__doc__") or ""
    first = cleandoc(own).partition("\n")[0].strip().replace("*/", "")
    is_made_up = first.startswith(f"{one.__name__}(")
    return [f"/** {first} */"] if first and not is_made_up else []
