"""Compares what the clients saw with what is stored, and says it in words and in one JSON line."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rehearsal.plan import ChatLog, Log, WatchLog

EVERYBODY: Final = (
    "graded",
    "receipts",
    "video_seen",
    "board_seen",
    "chat_locked",
    "chat_reopened",
)


@dataclass(slots=True)
class Report:
    """The outcome of one rehearsal; `is_clean` decides the exit code."""

    students: int
    facts: dict[str, Any] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost or slipped through, and everybody got to the end of it."""
        facts = self.facts
        return bool(
            facts["lost"] == 0
            and facts["late_chat"] == 0
            and facts["chat_open"] > 0  # else nothing tells that it was the lock that refused
            and facts["commands_applied"] == facts["commands_issued"]
            and not facts["problems"]
            and all(facts[fact] == self.students for fact in EVERYBODY)
        )

    def as_json(self) -> str:
        """Return the facts as one line."""
        return json.dumps(self.facts, ensure_ascii=False)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that `share` of the sorted values do not exceed; 0 for none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)


def losses_of(log: Log, stored: Mapping[str, Any]) -> list[str]:
    """Return every acknowledged answer that the graded submission does not hold, in words.

    Args:
        log: What the candidate's browser saw.
        stored: `answers` (question id → seq, value and the text beside it) of the submission.
    """
    lost = []
    answers = stored.get("answers", {})
    for question, acked in log.acked.items():
        held = answers.get(str(question))
        if held is None:
            lost.append(f"attempt {log.attempt}: question {question} is gone")
        elif held["seq"] < acked:
            lost.append(f"attempt {log.attempt}: question {question} is older than acknowledged")
        elif held["value"] != log.sent.get((question, held["seq"])):
            lost.append(f"attempt {log.attempt}: question {question} holds another value")
        elif held.get("text") != log.texts.get((question, held["seq"])):
            lost.append(f"attempt {log.attempt}: question {question} holds another text beside it")
    return lost


def build(
    logs: list[Log], stored: Mapping[str, Any], watched: WatchLog, killed: list[str]
) -> Report:
    """Return the report of a rehearsal.

    Args:
        logs: What each candidate's browser saw.
        stored: What the database holds: `attempts` (id → state, answers, graded), `late_messages`.
        watched: What the invigilator's browser saw.
        killed: The processes that were killed, in words.
    """
    report = Report(students=len(logs))
    attempts = [log.attempt for log in logs]
    for log in logs:
        report.losses += losses_of(log, stored["attempts"].get(str(log.attempt), {}))
    report.facts = {
        "students": len(logs),
        "saves_sent": sum(log.saves_sent for log in logs),
        "saves_acked": sum(log.saves_acked for log in logs),
        "saves_found": sum(len(a.get("answers", {})) for a in stored["attempts"].values()),
        "lost": len(report.losses),
        **_chat_facts([log.chat for log in logs], stored["late_messages"]),
        "graded": sum(bool(a.get("graded")) for a in stored["attempts"].values()),
        "receipts": sum(bool(log.receipt) for log in logs),
        "video_seen": sum(watched.frames[log.attempt] > 0 for log in logs),
        "board_seen": sum(_is_shown(attempt, stored, watched) for attempt in attempts),
        "frames": sum(watched.frames.values()),
        "commands_issued": watched.commands_issued,
        "commands_applied": sum(len(log.applied) for log in logs),
        "save_p95_ms": percentile((ms for log in logs for ms in log.save_ms), 0.95),
        "start_p95_ms": percentile((ms for log in logs for ms in log.start_ms), 0.95),
        "submit_p99_ms": percentile((ms for log in logs for ms in log.submit_ms), 0.99),
        "killed": killed,
        "problems": sorted(
            {*watched.problems, *(p for log in logs for p in (*log.problems, *log.chat.problems))}
        ),
    }
    return report


def _chat_facts(logs: list[ChatLog], late_messages: int) -> dict[str, int]:
    """Return what the candidates found in the chat: posts, and how many found it in each state."""
    return {
        # A post that slipped through is seen from both sides; either side alone is enough.
        "late_chat": max(sum(log.late for log in logs), late_messages),
        "chat_tried": sum(log.tried for log in logs),
        "chat_open": sum(log.opened > 0 for log in logs),
        "chat_locked": sum(log.refused > 0 for log in logs),
        "chat_reopened": sum(log.reopened > 0 for log in logs),
    }


def _is_shown(attempt: int, stored: Mapping[str, Any], watched: WatchLog) -> bool:
    """Return whether the board's last word on an attempt is the state that is stored."""
    kept = stored["attempts"].get(str(attempt))
    return bool(kept) and watched.board.get(attempt, {}).get("state") == kept["state"]
