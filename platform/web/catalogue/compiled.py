"""The compiled catalogues (.mo): made from the committed .po when they are missing or older."""

import contextlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Final

import structlog
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

log = structlog.get_logger(__name__)

LOCALE_DIR: Final = Path(__file__).resolve().parents[1] / "locale"
DOMAINS: Final = ("django", "djangojs")


def po_files() -> list[Path]:
    """Return the committed catalogues."""
    return sorted(LOCALE_DIR.glob("*/LC_MESSAGES/*.po"))


def compile_stale() -> list[Path]:
    """Compile each catalogue whose .mo is missing or older; return those compiled.

    Several processes may do this at once at start: each writes its own file and renames it.
    """
    stale = [path for path in po_files() if _is_stale(path)]
    for path in stale:
        try:
            compile_one(path)
        except OSError as error:
            log.warning("catalogue.not_written", path=str(path), error=str(error))
    return stale


def compile_one(path: Path) -> Path:
    """Compile one .po beside itself; texts without a translation are left out, so stay English."""
    with path.open("rb") as source:
        catalog = read_po(source, locale=path.parents[1].name)
    for message in [each for each in catalog if each.id and not _is_filled(each)]:
        catalog.delete(message.id, message.context)
    target = path.with_suffix(".mo")
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".mo.tmp")
    try:
        with os.fdopen(handle, "wb") as out:
            write_mo(out, catalog)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    return target


def _is_filled(message: Message) -> bool:
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    return bool(strings) and all(strings) and not message.fuzzy


def _is_stale(path: Path) -> bool:
    target = path.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime < path.stat().st_mtime


@lru_cache(maxsize=16)
def version_of(language: str) -> str:
    """Return a word that changes with the browser's catalogue of this language; "0" without one."""
    path = LOCALE_DIR / language.split("-", maxsplit=1)[0] / "LC_MESSAGES" / "djangojs.mo"
    return f"{path.stat().st_mtime_ns:x}" if path.exists() else "0"
