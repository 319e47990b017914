"""A running sitting with Ana and Ben at work, Ivo invigilating and Olga outside."""

from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Role
from exams.selectors.attempts import attempt_of
from exams.services.taking import start_attempt, take_lease
from exams.tests.conftest import Cast, give_role, make_cast, person, schedule
from proctoring import handlers
from proctoring.services import commands, help as helping, incidents, links, watch


@dataclass
class Stage:
    """A sitting that runs; `ana` and `ben` are attempt ids, `said` is what was published."""

    cast: Cast
    chief: User
    sitting: int
    ana: int
    ben: int
    said: list[tuple[str, str, Any]]

    def on(self, topic: str) -> list[tuple[str, Any]]:
        return [(key, value) for name, key, value in self.said if name == topic]


def make_stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    cast = make_cast()
    chief = person(cast.institution, "Cleo")
    give_role(chief, Role.CHIEF_INVIGILATOR)
    sitting = schedule(cast)
    ana, ben = (begin(sitting, user) for user in (cast.ana, cast.ben))
    return Stage(cast, chief, sitting, ana, ben, listen(monkeypatch))


def begin(sitting: int, student: User) -> int:
    attempt = attempt_of(sitting, student.pk)
    lease = str(take_lease(attempt, student_id=student.pk, device="test"))
    start_attempt(attempt, student_id=student.pk, lease=lease)
    return attempt


def listen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    """Write down what is published instead of sending it: the port to the sockets."""
    said: list[tuple[str, str, Any]] = []

    def event(topic: str, message: Any, *, seq: int | None = None) -> None:
        del seq
        said.append((topic, type(message).__struct_config__.tag, message))

    def state(topic: str, key: str, value: Any, *, version: int = 0) -> None:
        del version
        said.append((topic, key, value))

    for module in (commands, handlers, helping, incidents, links, watch):
        monkeypatch.setattr(module, "publish", event, raising=False)
        monkeypatch.setattr(module, "publish_state", state, raising=False)
    return said
