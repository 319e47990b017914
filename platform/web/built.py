"""What the build of the front end made: which files an entry needs, and their addresses."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.templatetags.static import static

# What a chunk of the manifest names: other chunks, and files.
_CHUNKS: Final = ("imports", "dynamicImports")
_FILES: Final = ("css", "assets")

Manifest = dict[str, dict[str, Any]]


class NotBuilt(LookupError):
    """The front end is not built, or has no such entry."""


def file_of(entry: str) -> Path:
    """Return the built script of an entry.

    Raises:
        NotBuilt: There is none.
    """
    return _manifest_path().parent / str(_chunk(_manifest(), entry)["file"])


def addresses_of(*entries: str) -> list[str]:
    """Return the address of every file that pages with these entries load, sorted.

    Scripts, what they import, style sheets, fonts and workers. Each is named by its content, so
    the list is also the name of the release.

    Raises:
        NotBuilt: One of them is not there.
    """
    manifest = _manifest()
    chunks: dict[str, dict[str, Any]] = {}
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name not in chunks:
            chunks[name] = _chunk(manifest, name)
            waiting += [other for kind in _CHUNKS for other in chunks[name].get(kind, ())]
    files = {str(chunk["file"]) for chunk in chunks.values()}
    files.update(
        file for chunk in chunks.values() for kind in _FILES for file in chunk.get(kind, ())
    )
    return sorted(static(f"dist/{file}") for file in files)


def _chunk(manifest: Manifest, name: str) -> dict[str, Any]:
    try:
        return manifest[name]
    except KeyError as error:
        raise NotBuilt(name) from error


def _manifest() -> Manifest:
    path = _manifest_path()
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise NotBuilt(str(path)) from error


def _manifest_path() -> Path:
    return Path(str(settings.DJANGO_VITE["default"]["manifest_path"]))


@lru_cache(maxsize=4)
def _read(path: Path, changed_ns: int) -> Manifest:
    """Read the manifest once per build."""
    del changed_ns
    manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    return manifest
