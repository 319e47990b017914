"""Finds every text of the project: Python, Django templates, TypeScript and Svelte.

GNU gettext is not needed on the machine: Babel reads Python, Django itself turns a template into
gettext calls, and the few lines below find `t()` and `tn()` of ui/i18n.ts.
"""

import ast
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel.messages.extract import extract
from django.apps import apps
from django.conf import settings
from django.utils.translation.template import templatize

SKIPPED: Final = frozenset({"tests", "testing", "migrations", "node_modules", "dist", "locale"})
PYTHON_CALLS: Final = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
# What templatize() writes: gettext(u'…'), ngettext(u'…', u'…', count), _("…"), pgettext(…).
STRING: Final = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
TEMPLATE_CALL: Final = re.compile(
    rf"\b(p?)(n?)(?:gettext\(|_\()\s*{STRING}(?:\s*,\s*{STRING})?", re.DOTALL
)
SCRIPT_CALL: Final = re.compile(r"(?<![\w.$])(t|tn)\(\s*(?=(.))", re.DOTALL)
SCRIPT_STRING: Final = re.compile(
    r""""((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\$]|\\.)*)`"""
)
SCRIPT_HOME: Final = "platform/web/ui/i18n.ts"  # defines t() and tn()


@dataclass(frozen=True, slots=True)
class Text:
    """One text to translate.

    Attributes:
        singular: The English text.
        plural: Its plural; empty when there is none.
        place: File, relative to the root.
        context: For texts that mean two things.
    """

    singular: str
    plural: str
    place: str
    context: str = ""


class NotLiteral(Exception):
    """A text is put together at run time, so nobody could translate it."""


def folders() -> list[Path]:
    """Return the folders of the project's own apps."""
    root = Path(settings.ROOT)
    own = [Path(config.path) for config in apps.get_app_configs()]
    return sorted(path for path in own if root in path.parents and ".venv" not in path.parts)


def _files(*suffixes: str) -> Iterator[Path]:
    for folder in folders():
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder).parts
            if path.suffix in suffixes and not SKIPPED & set(inside) and ".test." not in path.name:
                yield path


def _place(path: Path) -> str:
    return path.relative_to(settings.ROOT).as_posix()


def server_texts() -> Iterator[Text]:
    """Return the texts of Python and templates: the `django` catalogue."""
    for path in _files(".py"):
        yield from python_texts(path.read_text(encoding="utf-8"), _place(path))
    for path in _files(".html", ".txt"):
        if "templates" in path.parts:
            yield from template_texts(path.read_text(encoding="utf-8"), _place(path))


def browser_texts() -> Iterator[Text]:
    """Return the texts of scripts: the `djangojs` catalogue."""
    for path in _files(".ts", ".svelte"):
        if _place(path) != SCRIPT_HOME:
            yield from script_texts(path.read_text(encoding="utf-8"), _place(path))


def python_texts(source: str, place: str) -> Iterator[Text]:
    """Return the gettext calls of a Python file."""
    found = extract("python", io.BytesIO(source.encode()), keywords=PYTHON_CALLS)
    for _line, message, _comments, context in found:
        parts = message if isinstance(message, tuple) else (message,)
        plural = parts[1] if len(parts) > 1 else ""
        yield Text(parts[0], plural or "", place, context or "")


def template_texts(source: str, place: str) -> Iterator[Text]:
    """Return the texts of a Django template."""
    for call in TEMPLATE_CALL.finditer(templatize(source, origin=place)):
        has_context, has_plural, first, second = call.groups()
        words = [ast.literal_eval(part) for part in (first, second) if part]
        if has_context:
            yield Text(words[1], "", place, words[0])
        else:
            yield Text(words[0], words[1] if has_plural else "", place)


def script_texts(source: str, place: str) -> Iterator[Text]:
    """Return the texts of `t("…")` and `tn("…", "…", n)`.

    Raises:
        NotLiteral: The first argument is not a plain string.
    """
    for call in SCRIPT_CALL.finditer(source):
        singular, end = _script_string(source, call.end(), place)
        plural = ""
        if call[1] == "tn":
            comma = re.compile(r"\s*,\s*").match(source, end)
            if comma is None:
                raise NotLiteral(f"{place}: tn({singular!r}) without a plural")
            plural, _end = _script_string(source, comma.end(), place)
        yield Text(singular, plural, place)


def _script_string(source: str, start: int, place: str) -> tuple[str, int]:
    found = SCRIPT_STRING.match(source, start)
    if found is None:
        line = source.count("\n", 0, start) + 1
        raise NotLiteral(f"{place}:{line}: t() needs its text as a plain string")
    raw = next(group for group in found.groups() if group is not None)
    return _unescape(raw), found.end()


ESCAPES: Final = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "0": "\0",
    "\n": "",
}
ESCAPE: Final = re.compile(r"\\(u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)


def _unescape(raw: str) -> str:
    def plain(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) > 1:
            return chr(int(code.strip("ux{}"), 16))
        return ESCAPES.get(code, code)

    return ESCAPE.sub(plain, raw)
