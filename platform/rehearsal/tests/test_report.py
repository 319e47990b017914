import json
from collections.abc import Callable

import pytest

from rehearsal.plan import ChatLog, Log, WatchLog
from rehearsal.report import build, losses_of, percentile


def ana() -> Log:
    log = Log(attempt=7)
    log.sent = {(1, 1): "a", (1, 2): "b", (2, 3): [5]}
    log.acked = {1: 2, 2: 3}
    return log


def stored(**answers: object) -> dict[str, object]:
    return {"answers": {key.lstrip("q"): value for key, value in answers.items()}, "graded": True}


def test_what_was_acknowledged_and_is_stored_is_not_lost() -> None:
    held = stored(q1={"seq": 2, "value": "b"}, q2={"seq": 3, "value": [5]})
    assert losses_of(ana(), held) == []


def test_a_missing_an_older_and_a_changed_answer_are_each_a_loss() -> None:
    held = stored(q1={"seq": 1, "value": "a"})
    assert losses_of(ana(), held) == [
        "attempt 7: question 1 is older than acknowledged",
        "attempt 7: question 2 is gone",
    ]
    changed = stored(q1={"seq": 2, "value": "x"}, q2={"seq": 3, "value": [5]})
    assert losses_of(ana(), changed) == ["attempt 7: question 1 holds another value"]


def test_the_words_beside_an_answer_are_part_of_it() -> None:
    log = ana()
    log.texts = {(1, 2): "because"}
    answers = {"q1": {"seq": 2, "value": "b", "text": "because"}, "q2": {"seq": 3, "value": [5]}}
    assert losses_of(log, stored(**answers)) == []
    answers["q1"] = {"seq": 2, "value": "b"}
    assert losses_of(log, stored(**answers)) == [
        "attempt 7: question 1 holds another text beside it"
    ]


def test_an_attempt_without_any_submission_loses_everything() -> None:
    assert len(losses_of(ana(), {})) == 2


HELD = {
    "attempts": {
        "7": {
            **stored(q1={"seq": 2, "value": "b"}, q2={"seq": 3, "value": [5]}),
            "state": "submitted",
        }
    },
    "late_messages": 0,
}


def finished() -> tuple[Log, WatchLog]:
    """Ana has handed in and Ivo has seen it; the test may spoil one thing."""
    log = ana()
    log.receipt = "R-7"
    log.applied = {"c-1", "c-2"}
    log.chat = ChatLog(opened=1, refused=3, unlocked_at=9, reopened=1)
    seen = WatchLog(board={7: {"state": "submitted"}}, commands_issued=2)
    seen.frames[7] = 12
    return log, seen


def test_a_report_is_clean_when_nothing_is_amiss() -> None:
    log, seen = finished()
    report = build([log], HELD, seen, [])
    assert report.is_clean
    facts = json.loads(report.as_json())
    assert (facts["video_seen"], facts["board_seen"], facts["receipts"]) == (1, 1, 1)
    assert (facts["commands_issued"], facts["commands_applied"]) == (2, 2)


SPOILED: dict[str, Callable[[Log, WatchLog], object]] = {
    "no receipt": lambda log, _seen: setattr(log, "receipt", ""),
    "a problem of the candidate": lambda log, _seen: log.problems.append("lease lost"),
    "a problem of the invigilator": lambda _log, seen: seen.problems.append("pause: forbidden"),
    "a command that was never applied": lambda log, _seen: log.applied.pop(),
    "a picture never seen": lambda _log, seen: seen.frames.clear(),
    "an empty board": lambda _log, seen: seen.board.clear(),
    "a board that stopped": lambda _log, seen: seen.board[7].update(state="running"),
    "a post in the locked chat": lambda log, _seen: log.chat.taken.append(8),
    "a chat that was never open before": lambda log, _seen: setattr(log.chat, "opened", 0),
    "a lock that was never met": lambda log, _seen: setattr(log.chat, "refused", 0),
    "a chat that stayed locked": lambda log, _seen: setattr(log.chat, "reopened", 0),
    "a chat that refused for another reason": lambda log, _seen: log.chat.problems.append("x"),
    "an answer that is gone": lambda log, _seen: log.acked.update({9: 1}),
}


@pytest.mark.parametrize("flaw", SPOILED)
def test_a_report_with_one_flaw_is_not_clean(flaw: str) -> None:
    """Finding 28: only losses, chat, grades and pictures counted."""
    log, seen = finished()
    SPOILED[flaw](log, seen)
    assert not build([log], HELD, seen, []).is_clean


@pytest.mark.parametrize("flaw", [{"late_messages": 1}, {"attempts": {}}])
def test_a_database_that_tells_otherwise_is_not_clean(flaw: dict[str, object]) -> None:
    log, seen = finished()
    assert not build([log], {**HELD, **flaw}, seen, []).is_clean


def test_a_post_that_was_taken_after_the_lock_was_given_up_is_not_late() -> None:
    """The candidate had not heard of it yet; the numbers in the room's log decide."""
    log, seen = finished()
    log.chat.taken += [10]
    assert build([log], HELD, seen, []).is_clean
    log.chat.unlocked_at = 0
    report = build([log], HELD, seen, [])
    assert (report.facts["late_chat"], report.facts["chat_tried"]) == (1, 4)


def test_the_problems_of_everybody_are_told() -> None:
    log, seen = finished()
    log.problems.append("lease lost")
    log.chat.problems.append("chat refused: room_not_found")
    seen.problems.append("board refused: forbidden")
    facts = build([log], HELD, seen, []).facts
    told = ["board refused: forbidden", "chat refused: room_not_found", "lease lost"]
    assert facts["problems"] == told


def test_percentiles_are_of_the_sorted_values() -> None:
    assert percentile([], 0.95) == 0
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(100), 0.95) == 95
