"""Who may read an upload: its owner, and whoever the app it was made for lets in.

A registry, because the scanner stands below the apps that know: chat answers for its
attachments, exams for files in answers and questions. invigil/wiring.py binds them.
"""

from collections.abc import Callable
from uuid import UUID

from scanner.domain import Purpose

ReaderRule = Callable[[int, UUID], bool]
"""(viewer's user id, upload id) → whether this viewer may read it."""

_rules: dict[Purpose, list[ReaderRule]] = {}


def bind_reader(purpose: Purpose, rule: ReaderRule) -> None:
    """Let `rule` open uploads of this purpose to more people; binding twice has no effect."""
    rules = _rules.setdefault(purpose, [])
    if rule not in rules:
        rules.append(rule)


def may_read(viewer_id: int, *, upload_id: UUID, owner_id: int, purpose: str) -> bool:
    """Whether the viewer owns the upload or a bound rule lets them in."""
    if viewer_id == owner_id:
        return True
    return any(rule(viewer_id, upload_id) for rule in _rules.get(Purpose(purpose), ()))
