"""A simulated candidate: what it sends, what it notes, what it repeats."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rehearsal import student as module
from rehearsal.browser import Refused
from rehearsal.plan import Options
from rehearsal.student import Student
from rehearsal.tests.site import ANA, CHAT, Frame, Site, refuse, until

API = "POST /api/attempts/7"
QUESTIONS = [
    {"id": 31, "kind": "bool"},
    {"id": 32, "kind": "float"},
    {"id": 33, "kind": "file"},
]
PAPER = {"questions": QUESTIONS, "page": {"number": 1, "is_last": True, "asked_before": 0}}
NOT_OPEN = (409, {"code": "not_open", "data": {}})
STOPS = ["attempt_ended", "lease_lost", "signed_out"]
BRIEF = Options(students=1, minutes=0.005, think_s=0.02)


def saved(seqs: Frame | None = None, refused: Frame | None = None) -> tuple[int, Frame]:
    """What the server says to a save it took, and to the answers in it."""
    return 200, {"saved": seqs or {}, "refused": refused or {}}


@pytest.fixture
async def ana(site: Site, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Student]:
    """Ana at a site where everything goes well; the test may change that."""
    monkeypatch.setattr(module, "START_POLL_S", 0.01)
    site.reply(f"{API}/lease", (200, {"lease": "l-1"}))
    site.reply(f"{API}/start", (200, PAPER))
    site.reply(f"{API}/answers", (200, {"saved": {"31": 99, "32": 99}, "refused": {}}))
    site.reply(f"{API}/submit", (200, {"receipt": "R-7"}))
    site.snapshots["watch:7"] = {"commands": []}
    site.calls["media.publish"] = refuse("media_forbidden")
    player = Student(ANA, 7, base_url=site.base_url, ws_url=site.ws_url, sitting=3, room="5")
    yield player
    await player.leave()


@pytest.fixture
async def live_ana(ana: Student) -> AsyncIterator[Student]:
    """Ana in the lobby, with her socket open; her first post came before."""
    await ana.arrive()
    running = asyncio.ensure_future(ana.live.run())
    await until(lambda: ana.log.chat.opened)
    await ana.enter()
    yield ana
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_arriving_waits_for_the_lobby_to_open(site: Site, ana: Student) -> None:
    site.reply(f"{API}/lease", NOT_OPEN, NOT_OPEN, (200, {"lease": "l-1"}))
    await ana.arrive()
    await ana.enter()
    assert len(site.bodies("sign-in")) == 1
    assert len(site.bodies(f"{API}/lease")) == 3


async def test_arriving_at_a_foreign_sitting_is_refused(site: Site, ana: Student) -> None:
    site.reply(f"{API}/lease", (404, {"code": "attempt_unknown", "data": {}}))
    await ana.arrive()
    with pytest.raises(Refused, match="attempt_unknown"):
        await ana.enter()


async def test_working_saves_what_was_entered_and_hands_in(site: Site, ana: Student) -> None:
    site.reply(f"{API}/start", NOT_OPEN, (200, PAPER))
    await ana.arrive()
    await ana.enter()
    await ana.work(BRIEF)
    saves = site.bodies(f"{API}/answers")
    sent = [one for body in saves for one in body["answers"]]
    assert sent
    assert {body["lease"] for body in saves} == {"l-1"}
    assert {one["question"] for one in sent} <= {31, 32}  # a file is nothing to type
    for one in sent:
        assert ana.log.sent[one["question"], one["seq"]] == one["value"]
    (handed_in,) = site.bodies(f"{API}/submit")
    assert handed_in["digest"] == {str(one["question"]): 99 for one in sent}
    assert ana.log.receipt == "R-7"
    assert ana.log.saves_acked == ana.log.saves_sent == len(sent)
    assert len(ana.log.start_ms) == len(ana.log.submit_ms) == 1


async def test_pages_are_closed_one_after_the_other_and_the_last_is_handed_in(
    site: Site, ana: Student
) -> None:
    first, second = ({"questions": [one], "page": {"number": n, "is_last": False, "asked_before": n - 1}}
                     for n, one in enumerate(QUESTIONS[:2], 1))  # fmt: skip
    site.reply(f"{API}/start", (200, first))
    site.reply(f"{API}/advance", (200, second), (409, {"code": "last_page", "data": {}}))
    await ana.arrive()
    await ana.enter()
    await ana.work(Options(students=1, minutes=0.2, think_s=0.02))
    assert [(body["page"], body["digest"]) for body in site.bodies(f"{API}/advance")] == [
        (1, {"31": 99}),
        (2, {"32": 99}),
    ]
    (handed_in,) = site.bodies(f"{API}/submit")
    assert handed_in["digest"] == {"32": 99}
    assert ana.log.receipt == "R-7"
    assert ana.log.problems == []


async def test_an_answer_stays_pending_until_its_own_sequence_is_acknowledged(
    site: Site, ana: Student
) -> None:
    await ana.arrive()
    await ana.enter()
    site.reply(f"{API}/answers", saved(), saved({"31": 1, "8": 4}))
    ana._enter(QUESTIONS[0])
    await ana._save_everything()
    assert [len(body["answers"]) for body in site.bodies(f"{API}/answers")] == [1, 1]
    assert ana.log.acked == {31: 1}
    assert (ana.log.saves_sent, ana.log.saves_acked) == (2, 1)
    ana._enter(QUESTIONS[0])
    ana._acked(31, 1, {31: (1, True)})
    assert ana._pending[31][0] == 2  # a late ack of the older value drops nothing newer


async def test_a_pause_makes_a_save_wait(
    site: Site, ana: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSED_S", 0.01)
    await ana.arrive()
    await ana.enter()
    paused = (423, {"code": "paused", "data": {}})
    site.reply(f"{API}/answers", paused, paused, saved({"31": 1}))
    ana._enter(QUESTIONS[0])
    await ana._save_everything()
    assert ana.log.problems == []
    assert ana.log.acked == {31: 1}


@pytest.mark.parametrize("code", STOPS)
async def test_a_final_no_to_a_save_ends_the_work_without_a_receipt(
    site: Site, ana: Student, code: str
) -> None:
    """Finding 29: the save was repeated for ever, so the rehearsal never ended."""
    site.reply(f"{API}/answers", (409, {"code": code, "data": {}}))
    await ana.arrive()
    await ana.enter()
    async with asyncio.timeout(8):
        await ana.work(BRIEF)
    assert ana.log.problems == [f"work ended: {code}"]
    assert ana.log.receipt == ""
    assert site.bodies(f"{API}/submit") == []


async def test_a_final_no_in_the_middle_ends_the_work_before_its_time(
    site: Site, ana: Student
) -> None:
    site.reply(f"{API}/answers", (409, {"code": "attempt_ended", "data": {}}))
    await ana.arrive()
    await ana.enter()
    async with asyncio.timeout(8):
        await ana.work(Options(students=1, minutes=10, think_s=0.02))
    assert ana.log.problems == ["work ended: attempt_ended"]


async def test_an_answer_that_is_refused_for_good_waits_no_more(site: Site, ana: Student) -> None:
    site.reply(f"{API}/answers", saved(refused={"31": "unknown_question"}))
    await ana.arrive()
    await ana.enter()
    ana._enter(QUESTIONS[0])
    async with asyncio.timeout(8):
        await ana._save_everything()
    assert ana.log.problems == ["answer refused: unknown_question"]
    assert ana.log.acked == {}


async def test_a_refused_hand_in_leaves_no_receipt(site: Site, ana: Student) -> None:
    site.reply(f"{API}/submit", (409, {"code": "answers_missing", "data": {"missing": [31]}}))
    await ana.arrive()
    await ana.enter()
    await ana.work(BRIEF)
    assert ana.log.problems == ["work ended: answers_missing"]
    assert ana.log.receipt == ""


async def test_commands_are_acknowledged_live_and_after_coming_back(
    site: Site, live_ana: Student
) -> None:
    await site.push({"t": "command.issued", "top": "watch:7", "d": {"command": {"id": "c-1"}}})
    await until(lambda: live_ana.log.applied == {"c-1"})
    site.snapshots["watch:7"] = {"commands": [{"id": "c-2"}]}
    await site.cut()
    await until(lambda: live_ana.log.applied == {"c-1", "c-2"})
    acks = [frame["d"] for frame in site.heard("watch.ack")]
    assert acks == [{"command_id": name, "outcome": "applied"} for name in ("c-1", "c-2")]


async def test_a_report_whose_ack_got_lost_is_sent_again(
    site: Site, live_ana: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finding 28: the server holds it as applied and never asks again, so the tab must."""
    monkeypatch.setattr(module, "ACK_AGAIN_S", 0.01)

    def cut_once(_frame: Frame) -> Frame:
        del site.calls["watch.ack"]
        site.sockets[-1]._req.transport.abort()  # type: ignore[union-attr]
        return {}

    site.calls["watch.ack"] = cut_once
    await site.push({"t": "command.issued", "top": "watch:7", "d": {"command": {"id": "c-1"}}})
    await until(lambda: live_ana.log.applied == {"c-1"})
    assert len(site.heard("watch.ack")) == 2


async def test_a_refused_report_is_a_problem(site: Site, live_ana: Student) -> None:
    site.calls["watch.ack"] = refuse("command_unknown")
    await site.push({"t": "command.issued", "top": "watch:7", "d": {"command": {"id": "c-1"}}})
    await until(lambda: "report of a command refused: command_unknown" in live_ana.log.problems)
    assert live_ana.log.applied == set()


async def test_refused_topics_are_problems(site: Site, live_ana: Student) -> None:
    live_ana.log.problems.clear()
    refusals = [
        {"t": "err", "re": f"s:{topic}:7", "code": "forbidden", "d": {}}
        for topic in ("attempt", "watch")
    ]
    await site.push(*refusals)
    told = {"attempt refused: forbidden", "commands refused: forbidden"}
    await until(lambda: told <= set(live_ana.log.problems))


@pytest.mark.parametrize(("taker", "problems"), [("l-1", []), ("l-2", ["lease lost"])])
async def test_a_lease_taken_by_another_tab_is_a_problem(
    ana: Student, taker: str, problems: list[str]
) -> None:
    await ana.arrive()
    await ana.enter()
    ana._hear_attempt({"t": "attempt.lease_taken", "d": {"lease": taker}})
    assert ana.log.problems == problems


async def test_the_chat_is_tried_from_before_the_lobby_until_it_is_open_again(
    site: Site, live_ana: Student
) -> None:
    chat = live_ana.log.chat
    assert chat.opened > 0  # the control: taken before the lease was asked for
    await until(lambda: chat.refused)
    await live_ana.work(BRIEF)
    await until(lambda: chat.reopened)
    assert (chat.late, chat.problems) == (0, [])
    assert {frame["top"] for frame in site.heard("chat.post")} == {CHAT}


async def test_a_forbidden_camera_is_noted_and_not_offered_again(
    site: Site, live_ana: Student
) -> None:
    await until(lambda: live_ana.log.problems)
    assert live_ana.log.problems == ["camera refused"]
    (offer,) = site.heard("media.publish")
    assert (offer["top"], offer["d"]["attempt"]) == ("media:a7", 7)
    assert "a=sendonly" in offer["d"]["offer"]
    assert "VP8/90000" in offer["d"]["offer"]


async def test_a_reassigned_camera_is_offered_anew(site: Site, live_ana: Student) -> None:
    await until(lambda: len(site.heard("media.publish")) == 1 and live_ana.log.problems)
    await site.push({"t": "media.reassign", "top": "media:a7", "d": {}})
    await until(lambda: len(site.heard("media.publish")) == 2)


async def test_a_busy_media_server_is_asked_again(site: Site, live_ana: Student) -> None:
    await until(lambda: live_ana.log.problems)
    answers = [refuse("media_busy"), refuse("media_forbidden")]

    def take(frame: Frame) -> Frame:
        return answers.pop(0)(frame)

    site.calls["media.publish"] = take
    live_ana._publish_again()
    await until(lambda: not answers)
    await until(lambda: live_ana.log.problems == ["camera refused"] * 2)
