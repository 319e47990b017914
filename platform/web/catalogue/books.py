"""The committed catalogues (.po): brought up to date with the sources, and checked."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.conf import settings

from web.catalogue.compiled import LOCALE_DIR
from web.catalogue.sources import Text, browser_texts, server_texts

SOURCES: Final[dict[str, Callable[[], Iterator[Text]]]] = {
    "django": server_texts,
    "djangojs": browser_texts,
}
PLURALS: Final = {"en": "nplurals=2; plural=(n != 1);", "fa": "nplurals=2; plural=(n > 1);"}
# A fixed date: a catalogue changes when a text changes, not when somebody looks at it.
STAMP: Final = datetime(2026, 1, 1, tzinfo=UTC)
PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]")
HEADER: Final = "# Texts of Invigil. Made by `manage.py messages`; fill in the msgstr lines."


def languages() -> list[str]:
    """Return the languages of the site."""
    return [code for code, _name in settings.LANGUAGES]


def path_of(language: str, domain: str) -> Path:
    """Return where a catalogue is kept."""
    return LOCALE_DIR / language / "LC_MESSAGES" / f"{domain}.po"


def template_of(texts: Iterable[Text]) -> Catalog:
    """Return the texts as a catalogue without translations."""
    catalog = Catalog(charset="utf-8")
    for text in sorted(texts, key=lambda each: (each.place, each.singular)):
        message = (text.singular, text.plural) if text.plural else text.singular
        # A text in several places stands once, with all of them.
        catalog.add(message, locations=[(text.place, None)], context=text.context or None)  # type: ignore[list-item] # lines are left out
    return catalog


def load(language: str, domain: str) -> Catalog:
    """Return a committed catalogue; an empty one when there is none yet."""
    path = path_of(language, domain)
    # Plural forms are those of Django's own catalogues, so that it can merge ours with them.
    bare = f'msgid ""\nmsgstr ""\n"Plural-Forms: {PLURALS[language]}\\n"\n'.encode()
    content = path.read_bytes() if path.exists() else bare
    return read_po(BytesIO(content), locale=language)


def updated(language: str, domain: str) -> Catalog:
    """Return the catalogue with the texts of the sources: new ones empty, gone ones dropped."""
    catalog = load(language, domain)
    catalog.update(template_of(SOURCES[domain]()), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    if language == "en":
        for message in _entries(catalog):
            message.string = message.id
    return catalog


def render(catalog: Catalog) -> bytes:
    """Return the catalogue as the bytes of its .po file."""
    catalog.header_comment = HEADER
    catalog.project, catalog.version = "Invigil", "1"
    catalog.creation_date = catalog.revision_date = STAMP
    catalog.last_translator = catalog.language_team = "Invigil"
    catalog.msgid_bugs_address = "see CONTRIBUTING.md"
    catalog.fuzzy = False
    out = BytesIO()
    write_po(out, catalog, width=0, sort_by_file=False, sort_output=True, include_lineno=False)
    text = out.getvalue().decode()
    return re.sub(r'"Generated-By: .*?\\n"\n', "", text).encode()


def make() -> list[Path]:
    """Write every catalogue that the sources changed; return those written."""
    written: list[Path] = []
    for language in languages():
        for domain in SOURCES:
            path = path_of(language, domain)
            content = render(updated(language, domain))
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                written.append(path)
    return written


def faults() -> list[str]:
    """Return what is wrong with the committed catalogues, one line each; none is good."""
    found: list[str] = []
    for domain, texts in SOURCES.items():
        wanted = template_of(texts())
        for language in languages():
            found += [
                f"{language}/{domain}: {fault}"
                for fault in _faults_of(wanted, load(language, domain))
            ]
    return found


def _faults_of(wanted: Catalog, catalog: Catalog) -> Iterator[str]:
    for text in _entries(wanted):
        message = catalog.get(text.id, context=text.context)
        shown = text.id if isinstance(text.id, str) else text.id[0]
        if message is None:
            yield f"not in the catalogue: {shown!r}"
        elif not _is_translated(message):
            yield f"not translated: {shown!r}"
        elif message.fuzzy:
            yield f"fuzzy: {shown!r}"
        else:
            yield from (f"{fault}: {shown!r}" for fault in _placeholder_faults(message))
    for message in _entries(catalog):
        if wanted.get(message.id, context=message.context) is None:
            yield f"no longer in the sources: {message.id!r}"


def _entries(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _parts(value: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _is_translated(message: Message) -> bool:
    parts = _parts(message.string)
    return bool(parts) and all(parts) and len(parts) >= len(_parts(message.id))


def _placeholder_faults(message: Message) -> Iterator[str]:
    """A translation may leave the count of a singular out, but never invent a name."""
    names = {name for part in _parts(message.id) for name in PLACEHOLDER.findall(part)}
    for part in _parts(message.string):
        used = set(PLACEHOLDER.findall(part))
        if used - names:
            yield f"unknown placeholder {sorted(used - names)}"
        if isinstance(message.id, str) and names - used:
            yield f"missing placeholder {sorted(names - used)}"
