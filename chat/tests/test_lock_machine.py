"""Locks of overlapping sittings as a state machine, on real PostgreSQL, and the mutants it kills.

The model is a set of sittings that hold the room and a list of lines. Each mutant is the real SQL
with one plausible mistake; the machine must find every one of them.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import integers, sampled_from

from chat import queries, services
from chat.errors import ChatLocked
from chat.models import Message, Room
from chat.tests.cast import HOUR, School, move

SITTINGS = 3

pytestmark = pytest.mark.django_db


class ClassRoom(RuleBasedStateMachine):
    """One room, three sittings that may overlap; everything is undone after each run."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def found(self) -> None:
        self.school = School()
        self.sittings = [
            school_sitting(self.school, candidate)
            for candidate in (self.school.ana, self.school.ben, self.school.olga)
        ]
        self.states = ["scheduled"] * SITTINGS
        self.had_lock = [False] * SITTINGS
        self.lines: list[str] = []
        self.sent: dict[uuid.UUID, int] = {}

    def holders(self) -> list[int]:
        return [at for at, state in enumerate(self.states) if state == "lobby"]

    @rule(at=integers(0, SITTINGS - 1))
    def lock(self, at: int) -> None:
        """The lobby opens, or the start is announced for a lobby that is open."""
        if self.states[at] == "scheduled":
            move(self.sittings[at], state="lobby")
            self.states[at] = "lobby"
        taken = services.lock_sitting(sitting_id=self.sittings[at].pk)
        is_first = self.states[at] == "lobby" and not self.had_lock[at]
        assert (taken > 0) is is_first
        if is_first:
            self.had_lock[at] = True
            self.lines.append("lock")

    @rule(at=integers(0, SITTINGS - 1))
    def release(self, at: int) -> None:
        """The sitting closes, or its close is announced again."""
        if self.states[at] == "scheduled":
            assert services.release_sitting(sitting_id=self.sittings[at].pk, reason="closed") == 0
            return
        was_held = self.states[at] == "lobby"
        move(self.sittings[at], state="closed")
        self.states[at] = "closed"
        freed = services.release_sitting(sitting_id=self.sittings[at].pk, reason="closed")
        assert (freed > 0) is was_held
        if was_held:
            self.lines.append("unlock")

    @precondition(lambda self: any(state == "lobby" for state in self.states))
    @rule(at=integers(0, SITTINGS - 1))
    def announce_too_early(self, at: int) -> None:
        """A close is announced for a sitting that still runs: it must keep what it holds."""
        if self.states[at] == "lobby":
            assert services.release_sitting(sitting_id=self.sittings[at].pk, reason="closed") == 0

    @rule(who=sampled_from(["ana", "ben", "ivo"]))
    def post(self, who: str) -> None:
        client_id = uuid.uuid4()
        try:
            posted = self.send(who, client_id)
        except ChatLocked:
            assert self.holders()
        else:
            assert not self.holders()
            self.lines.append("text")
            assert posted.seq == len(self.lines)
            self.sent[client_id] = posted.seq
            self.last = (who, client_id)

    @precondition(lambda self: bool(getattr(self, "sent", None)))
    @rule()
    def post_again(self) -> None:
        who, client_id = self.last
        posted = self.send(who, client_id)
        assert (posted.seq, posted.again) == (self.sent[client_id], True)

    def send(self, who: str, client_id: uuid.UUID) -> services.PostedMessage:
        sender = getattr(self.school, who)
        return services.post_message(
            room_id=self.school.room_id, sender_id=sender.pk, client_id=client_id, body="x"
        )

    @invariant()
    def log_and_counter_agree_with_the_model(self) -> None:
        if not hasattr(self, "lines"):
            return
        room = Room.objects.get(pk=self.school.room_id)
        assert room.lock_count == len(self.holders())
        lines = Message.objects.filter(room=room).order_by("seq").values_list("seq", "kind")
        assert list(lines) == list(enumerate(self.lines, start=1))
        assert room.last_seq == len(self.lines)


def school_sitting(school: School, candidate: Any) -> Any:
    # Far away: only the lock itself, not the plan, may hold the room in this model.
    return school.sitting(candidate, opens=HOUR, closes=2 * HOUR)


def run(examples: int) -> None:
    run_state_machine_as_test(
        ClassRoom,
        settings=settings(
            max_examples=examples,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_locks_are_counted_ordered_and_idempotent() -> None:
    run(examples=20)


MUTANTS: dict[str, tuple[str, str, str]] = {
    "a flag instead of a counter": (
        "RELEASE", "SET lock_count = lock_count - 1", "SET lock_count = 0",
    ),
    "locking twice counts twice": (
        "LOCK", "AND NOT EXISTS (SELECT FROM chat_roomlock AS held", "AND NOT EXISTS (SELECT FROM chat_roomlock AS held WHERE false AND",
    ),
    "releasing without holding": ("RELEASE", "AND held.released_at IS NULL", ""),
    "the lock takes no number": (
        "LOCK", "lock_count = lock_count + 1, last_seq = last_seq + 1", "lock_count = lock_count + 1, last_seq = last_seq",
    ),
    "posting ignores the counter and the window": (
        "POST", "AND room.lock_count = 0", "",
    ),
    "posting takes two numbers": ("POST", "SET last_seq = last_seq + 1", "SET last_seq = last_seq + 2"),
    "release forgets the counter": (
        "RELEASE", "SET lock_count = lock_count - 1, last_seq", "SET last_seq",
    ),
}  # fmt: skip


@contextmanager
def mutated(name: str) -> Iterator[None]:
    statement, old, new = MUTANTS[name]
    sql = getattr(queries, statement)
    changed = sql.replace(old, new)
    assert changed != sql, f"the mutant {name} no longer fits the statement"
    if statement == "POST":
        changed = changed.replace("AND NOT chat_is_sealed(room.id, %(sender)s)", "")
    if "WHERE false AND" in new:
        changed = changed.replace(
            "WHERE false AND\n                        WHERE", "WHERE false AND"
        )
    with patch.object(queries, statement, changed):
        yield


@pytest.mark.parametrize("name", MUTANTS)
def test_the_machine_kills_the_mutant(name: str) -> None:
    # By the model, or earlier by a constraint of the tables; a mere syntax error does not count.
    with mutated(name), pytest.raises((AssertionError, IntegrityError)):
        run(examples=25)
