"""What one save brings, and what it left behind or met; the statement is in exams/queries.py."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from exams.domain.states import AttemptState


@dataclass(frozen=True, slots=True)
class IncomingAnswer:
    """One answer as it arrived; at most one per question in a batch."""

    question: int
    seq: int
    value: object
    client_at_ms: int | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class SaveRequest:
    """Who saves what, under which lease, from which browser."""

    attempt_id: int
    student_id: int
    lease: UUID
    answers: Sequence[IncomingAnswer]
    browser: str = ""

    def parameters(self) -> dict[str, Any]:
        """Return what the statements are given."""
        rows = [
            {
                "question": a.question,
                "seq": a.seq,
                "value": a.value,
                "text": a.text,
                "client_at": a.client_at_ms,
            }
            for a in self.answers
        ]
        answers = json.dumps(rows)
        return {
            "attempt": self.attempt_id,
            "student": self.student_id,
            "lease": self.lease,
            "browser": self.browser,
            "answers": answers,
            "bytes": len(answers),
            "questions": f"{{{','.join(str(a.question) for a in self.answers)}}}",
            "current": self.answers[-1].question,
        }


@dataclass(frozen=True, slots=True)
class Saved:
    """What one save left behind.

    `saved` is question id → stored seq; `closed` are the questions of pages that are closed.
    """

    sitting_id: int
    state: str
    started_at: datetime | None
    deadline: datetime
    last_saved_at: datetime
    current_question: int | None
    last_command_seq: int
    total: int
    saved: Mapping[str, int]
    answered: int
    server_time: datetime
    version: int
    closed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The facts that a save met, read just after it was refused."""

    owns: bool
    holds_lease: bool
    state: AttemptState
    late: bool
    deadline: datetime
    last_command_seq: int
    knows_question: bool
    server_time: datetime
    stored: Mapping[str, int]
    version: int
    closed: frozenset[int] = frozenset()
