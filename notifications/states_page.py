"""Draws docs/states-notices.md from the tables: `python -m notifications.states_page`."""

from pathlib import Path
from typing import Any, Final

from kernel.machine import Machine
from notifications.domain.delivery import DELIVERY
from notifications.domain.notice import NOTICE

PATH: Final = Path(__file__).resolve().parents[1] / "docs/states-notices.md"
_INTRO: Final = """\
# States of notices

A notice is what an admin schedules, a delivery is one SMS to one person
(`notifications/domain/`). From `sending` only a definite "not sent" leads back to a try.
This page is drawn from the tables by `python -m notifications.states_page`; a test compares.
"""
_MACHINES: Final[tuple[tuple[str, str, Machine[Any, Any]], ...]] = (
    ("Notice", "People move it until it is due; then its deliveries do.", NOTICE),
    (
        "Delivery",
        "Doubt (`unknown`) is resolved by the records of the provider, never by a second try.",
        DELIVERY,
    ),
)


def page() -> str:
    """Return the whole page."""
    parts = [_INTRO]
    for title, text, machine in _MACHINES:
        parts.append(f"## {title}\n\n{text}\n\n```mermaid\n{machine.mermaid()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
