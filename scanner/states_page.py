"""Draws docs/states-uploads.md from the tables: `python -m scanner.states_page`."""

from pathlib import Path
from typing import Any, Final

from kernel.machine import Machine
from scanner.domain import VERDICT

PATH: Final = Path(__file__).resolve().parents[1] / "docs/states-uploads.md"
_INTRO: Final = """\
# States of uploads

Each upload has one life (`scanner/domain.py`). Only a scan of exactly its bytes makes it clean.
This page is drawn from the tables by `python -m scanner.states_page`; a test compares.
"""
_MACHINES: Final[tuple[tuple[str, str, Machine[Any, Any]], ...]] = (
    ("Upload", "Kept, checked, given out or never given out.", VERDICT),
)


def page() -> str:
    """Return the whole page."""
    parts = [_INTRO]
    for title, text, machine in _MACHINES:
        parts.append(f"## {title}\n\n{text}\n\n```mermaid\n{machine.mermaid()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
