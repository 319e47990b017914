"""A whole rehearsal against the small site: it ends with a report, whatever the server does."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from rehearsal import __main__ as module
from rehearsal.__main__ import rehearse
from rehearsal.plan import Cast, Login, Options
from rehearsal.report import Report
from rehearsal.stack import Stack
from rehearsal.tests.site import ANA, Frame, Site, refuse

API = "POST /api/attempts/7"
PAUSED = (423, {"code": "paused", "data": {}})
NOT_OPEN = (409, {"code": "not_open", "data": {}})
BEN = Login("north", "1002", "wrong", "Ben")
ONE = Options(students=1, minutes=0.005, think_s=0.02)


class SmallStack(Stack):
    """The small site as if `run.py up` had started it; its database is one attempt."""

    def __init__(self, state_file: Path, site: Site) -> None:
        state_file.write_text(json.dumps({"pid": os.getpid(), "port": 0}), encoding="utf-8")
        super().__init__(state_file)
        self._site = site

    @property
    def base_url(self) -> str:
        return self._site.base_url

    @property
    def ws_url(self) -> str:
        return self._site.ws_url

    def prepare(self, students: int, lead_s: int, minutes: float) -> Cast:
        return Cast(3, "Rehearsal", 0, "5", [ANA] * students, [7], ANA)

    def stored(self, sitting: int) -> dict[str, Any]:
        return {"attempts": {"7": {"state": "running", "graded": False}}, "late_messages": 0}


@pytest.fixture
def stack(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> SmallStack:
    for name, seconds in (("LEAD_S", 0.0), ("OVERTIME_S", 30.0), ("GRADING_PATIENCE_S", 0.0)):
        monkeypatch.setattr(module, name, seconds)
    monkeypatch.setattr(module, "VIDEO_PATIENCE_S", 0.1)
    site.reply(f"{API}/lease", (200, {"lease": "l-1"}))
    only = {"number": 1, "is_last": True, "asked_before": 0}
    site.reply(f"{API}/start", (200, {"questions": [{"id": 31, "kind": "bool"}], "page": only}))
    site.reply(f"{API}/answers", (200, {"saved": {"31": 99}, "refused": {}}))
    site.reply(f"{API}/submit", (200, {"receipt": "R-7"}))
    site.snapshots["watch:7"] = {"commands": []}
    site.snapshots["wall:3"] = {"rows": {}}
    site.calls["wall.command"] = lambda _frame: {"t": "ack", "d": {"outcome": {"7": "issued"}}}
    site.calls["media.publish"] = refuse("media_forbidden")
    site.calls["media.subscribe"] = refuse("media_busy")
    return SmallStack(tmp_path / "stack.json", site)


async def report_of(stack: Stack) -> Report:
    async with asyncio.timeout(60):
        return await rehearse(stack, ONE)


async def test_a_played_rehearsal_has_its_receipts(stack: SmallStack) -> None:
    report = await report_of(stack)
    assert report.facts["receipts"] == 1
    assert report.facts["commands_issued"] == 2
    assert report.facts["problems"] == ["camera refused"]


async def test_a_played_rehearsal_found_the_chat_open_locked_and_open_again(
    site: Site, stack: SmallStack
) -> None:
    def open_lobby(frame: Frame) -> Frame:
        site.reply(f"{API}/lease", (200, {"lease": "l-1"}))
        return site.room.take(frame)

    site.reply(f"{API}/lease", NOT_OPEN)
    site.calls["chat.post"] = open_lobby
    facts = (await report_of(stack)).facts
    assert [facts[f"chat_{found}"] for found in ("open", "locked", "reopened")] == [1, 1, 1]
    assert facts["chat_tried"] > 0
    assert facts["late_chat"] == 0


async def test_a_lock_that_lets_posts_through_is_told(site: Site, stack: SmallStack) -> None:
    """The posts never reached the lock, so this number could not be anything but 0."""
    site.room.is_broken = True
    report = await report_of(stack)
    assert report.facts["late_chat"] > 0
    assert not report.is_clean


@pytest.fixture
def impatient(stack: SmallStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sitting closes soon; `stack` comes first, else it would set its own time."""
    monkeypatch.setattr(module, "OVERTIME_S", 1.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("verb", "answer"),
    [("lease", NOT_OPEN), ("start", NOT_OPEN), ("answers", PAUSED), ("submit", (503, {}))],
)
async def test_what_never_comes_to_its_end_is_given_up_and_not_clean(
    site: Site, stack: SmallStack, verb: str, answer: tuple[int, dict[str, Any]]
) -> None:
    """Finding 29: it waited for ever."""
    site.reply(f"{API}/{verb}", answer)
    report = await report_of(stack)
    assert "not finished within 2 s" in report.facts["problems"]
    assert report.facts["receipts"] == 0
    assert not report.is_clean


@pytest.mark.usefixtures("impatient")
async def test_a_server_that_stays_away_is_given_up_and_not_clean(
    site: Site, stack: SmallStack
) -> None:
    site.faults.extend([None] * 1000)
    report = await report_of(stack)
    assert "not finished within 2 s" in report.facts["problems"]
    assert not report.is_clean


async def test_a_candidate_who_may_not_come_in_does_not_end_the_rehearsal(
    site: Site, stack: SmallStack
) -> None:
    site.reply(f"{API}/lease", (404, {"code": "attempt_unknown", "data": {}}))
    site.reply(f"{API}/start", (404, {"code": "attempt_unknown", "data": {}}))
    report = await report_of(stack)
    assert "work ended: attempt_unknown" in report.facts["problems"]
    assert not report.is_clean


async def test_a_socket_that_ends_for_good_is_not_clean(site: Site, stack: SmallStack) -> None:
    """Finding 30: its task died without a word."""
    site.snapshots["wall:3"] = {"no rows": "at all"}
    problems = (await report_of(stack)).facts["problems"]
    assert "a socket ended: KeyError('rows')" in problems


async def test_an_invigilator_who_cannot_sign_in_ends_it_with_a_report(
    site: Site, stack: SmallStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "prepare", lambda *_: Cast(3, "Rehearsal", 0, "5", [ANA], [7], BEN))
    (problem,) = (await report_of(stack)).facts["problems"]
    assert problem.startswith("broke off")
