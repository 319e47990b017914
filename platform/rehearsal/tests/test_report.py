import json

from rehearsal.plan import Log
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


def test_an_attempt_without_any_submission_loses_everything() -> None:
    assert len(losses_of(ana(), {})) == 2


def test_a_report_is_clean_only_when_nothing_is_amiss() -> None:
    held = {"attempts": {"7": stored(q1={"seq": 2, "value": "b"}, q2={"seq": 3, "value": [5]})}}
    good = build([ana()], {**held, "late_messages": 0}, {7: 12}, [])
    assert good.is_clean
    assert json.loads(good.as_json())["video_seen"] == 1
    assert not build([ana()], {**held, "late_messages": 1}, {7: 12}, []).is_clean
    assert not build([ana()], {**held, "late_messages": 0}, {}, []).is_clean
    assert not build([ana()], {"attempts": {}, "late_messages": 0}, {7: 12}, []).is_clean


def test_percentiles_are_of_the_sorted_values() -> None:
    assert percentile([], 0.95) == 0
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(100), 0.95) == 95
