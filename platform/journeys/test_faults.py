"""The roles that serve an exam are each killed once in its middle; nothing acknowledged is lost."""

import json

import pytest

from journeys.stack import RunningStack

pytestmark = pytest.mark.timeout(420)


def test_an_exam_survives_the_death_of_each_role_that_serves_it(stack: RunningStack) -> None:
    outcome = stack.run(
        "rehearse", "--students=4", "--minutes=0.6", "--kill=web,rt,sfu,worker", check=False
    )
    report = json.loads(outcome.stdout.strip().splitlines()[-1])
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert (report["lost"], report["late_chat"]) == (0, 0)
    assert report["graded"] == report["video_seen"] == report["receipts"] == 4
    assert len(report["killed"]) >= 4
    assert report["saves_acked"] > 0
    assert report["chat_tried"] > 0
    assert report["chat_locked"] == report["chat_reopened"] == 4
