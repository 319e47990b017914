"""The conformance suite of the socket: the same contract on uvicorn and on daphne."""

import json
import random
import secrets
import time
from typing import Any

import pytest
from django.db import connection
from websockets.exceptions import InvalidStatus

from kernel import clock
from realtime.tests.conftest import Person, session_of
from realtime.tests.servers import Server, Tab

pytestmark = [pytest.mark.django_db, pytest.mark.own_servers]


def now_ms() -> int:
    return clock.to_millis(clock.now())


def topic() -> str:
    return f"talk:{secrets.token_hex(4)}"


@pytest.fixture
def tab(server: Server, ana: Person) -> Any:
    made = Tab(server, ana.session_key)
    yield made
    made.close()


# ── Handshake ───────────────────────────────────────────────────────────────────────────────


def test_hello_tells_who_and_when_and_gives_a_ticket(tab: Tab, ana: Person) -> None:
    hello = tab.hello()
    assert tab.socket.subprotocol == "invigil.v1"
    assert hello["user"] == ana.id
    assert abs(hello["server_time"] - now_ms()) < 2000
    assert hello["conn"]
    assert len(hello["ticket"]) > 40


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "http://127.0.0.1:8001",
        "https://127.0.0.1:8000",
        "http://evil.example",
        "http://127.0.0.1.evil.example:8000",
        "http://evil.example/http://127.0.0.1:8000",
        "http://127.0.0.1:8000@evil.example",
        "http://127.0.0.1:99999999",
    ],
)
def test_a_foreign_or_missing_origin_is_refused_in_the_handshake(
    server: Server, ana: Person, origin: str | None
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Tab(server, ana.session_key, origin=origin)
    assert refused.value.response.status_code in (400, 403)  # 400: daphne refuses malformed ones


@pytest.mark.parametrize("offered", [None, ["invigil.v2"], ["chat"]])
def test_another_subprotocol_is_refused_in_the_handshake(
    server: Server, ana: Person, offered: list[str] | None
) -> None:
    with pytest.raises(InvalidStatus):
        Tab(server, ana.session_key, subprotocols=offered)


@pytest.mark.parametrize("path", ["/", "/ws", "/ws/x", "/api/"])
def test_another_path_is_refused(server: Server, ana: Person, path: str) -> None:
    with pytest.raises(InvalidStatus):
        Tab(server, ana.session_key, path=path)


@pytest.mark.parametrize("session_key", [None, "", "nobody", "x" * 4000, "'; DROP TABLE--"])
def test_without_a_session_the_socket_is_closed_4401(
    server: Server, session_key: str | None
) -> None:
    assert Tab(server, session_key).closed() == 4401


def test_a_ticket_opens_a_socket_and_a_forged_or_foreign_one_falls_back_to_the_session(
    server: Server, ana: Person, ben: Person
) -> None:
    first = Tab(server, ana.session_key)
    ticket = first.hello()["ticket"]
    first.close()
    for offered in (ticket, ticket[:-4] + "AAAA", "x", ""):
        again = Tab(server, ana.session_key, subprotocols=["invigil.v1", f"ticket.{offered}x"[:-1]])
        assert again.hello()["user"] == ana.id
        again.close()
    stolen = Tab(server, ben.session_key, subprotocols=["invigil.v1", f"ticket.{ticket}"])
    assert stolen.hello()["user"] == ben.id
    stolen.close()
    assert Tab(server, None, subprotocols=["invigil.v1", f"ticket.{ticket}"]).closed() == 4401


# ── Topics ──────────────────────────────────────────────────────────────────────────────────


def test_a_subscriber_gets_the_state_then_the_events_in_order(tab: Tab, ana: Person) -> None:
    name = topic()
    answer = tab.ask("sub", name)
    assert (answer["t"], answer["top"], answer["head"], answer["events"]) == ("subd", name, 0, [])
    assert answer["d"] == {"title": name.partition(":")[2]}
    for number in range(1, 21):
        assert tab.say(name, f"m{number}")["d"] == {"seq": number}
    tab.expect(lambda frame: frame.get("seq") == 20)
    said = tab.pushed("talk.said")
    assert [frame["seq"] for frame in said] == list(range(1, 21))
    assert said[0]["d"] == {"body": "m1", "by": ana.id}
    assert abs(said[0]["at"] - now_ms()) < 5000


def test_two_tabs_see_the_same_log(server: Server, tab: Tab, ben: Person) -> None:
    name = topic()
    other = Tab(server, ben.session_key)
    tab.ask("sub", name)
    other.ask("sub", name)
    tab.say(name, "from ana")
    other.say(name, "from ben")
    for one in (tab, other):
        one.expect(lambda frame: frame.get("seq") == 2)
        assert [frame["d"]["body"] for frame in one.pushed("talk.said")] == ["from ana", "from ben"]
    other.close()


def test_coming_back_with_since_brings_what_was_missed(
    server: Server, tab: Tab, ana: Person
) -> None:
    name = topic()
    tab.ask("sub", name)
    for number in range(5):
        tab.say(name, f"m{number}")
    again = Tab(server, ana.session_key)
    answer = again.ask("sub", name, since=2)
    assert answer["head"] == 5
    assert [event["seq"] for event in answer["events"]] == [3, 4, 5]
    again.close()


def test_events_during_a_slow_snapshot_follow_it(server: Server, tab: Tab, ben: Person) -> None:
    writer = Tab(server, ben.session_key)
    writer.ask("sub", "talk:slow")
    tab.send(t="sub", id="s", top="talk:slow")
    time.sleep(0.15)
    body = secrets.token_hex(4)
    writer.say("talk:slow", body)
    tab.expect(lambda frame: frame["t"] == "talk.said" and frame["d"]["body"] == body)
    kinds = [frame["t"] for frame in tab.frames]
    assert kinds.index("subd") < kinds.index("talk.said")
    writer.close()


def test_after_unsub_nothing_arrives_and_the_handler_heard_it(
    tab: Tab, server: Server, ben: Person
) -> None:
    name = topic()
    other = Tab(server, ben.session_key)
    tab.ask("sub", name)
    other.ask("sub", name)
    other.ask("sub", "talk:diary")
    tab.send(t="unsub", top=name)
    other.expect(lambda frame: frame["t"] == "talk.said" and "left by" in frame["d"]["body"])
    other.say(name, "psst")
    tab.drain(0.3)
    assert tab.pushed("talk.said") == []
    other.close()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("talk:secret", "forbidden"),
        ("nobody:1", "unknown_topic"),
        ("talk", "unknown_topic"),
        ("talk:a b", "unknown_topic"),
        ("rt:control", "unknown_topic"),
        ("talk:bug", "server_error"),
    ],
)
def test_a_refused_subscription_says_why_and_leaves_nothing_behind(
    tab: Tab, name: str, code: str
) -> None:
    assert tab.ask("sub", name)["code"] == code
    assert tab.say(name, "hello")["code"] in ("not_subscribed", "unknown_topic")


def test_calls_answer_with_ack_or_with_the_refusal_and_its_data(tab: Tab) -> None:
    name = topic()
    assert tab.say(name, "too early")["code"] == "not_subscribed"
    tab.ask("sub", name)
    assert tab.say(name, "hi")["t"] == "ack"
    refused = tab.say(name, "x", kind="talk.mute")
    assert (refused["t"], refused["code"], refused["d"]) == ("err", "muted", {"until": 5})
    assert tab.say(name, "x", kind="talk.crash")["code"] == "server_error"
    assert tab.say(name, "x", kind="talk.nothing")["code"] == "unknown_call"
    assert tab.ask("talk.say", name, d={"body": 1})["code"] == "bad_message"
    assert tab.ask("talk.say", name, d={"body": "x", "admin": True})["code"] == "bad_message"
    assert tab.ask("talk.say", name)["code"] == "bad_message"
    assert tab.say(name, "still here")["t"] == "ack"


def test_state_arrives_as_one_delta_with_the_latest_values(tab: Tab) -> None:
    name = f"wall:{secrets.token_hex(4)}"
    tab.ask("sub", name)
    for number in range(40):
        tab.say(name, str(number % 4), kind="wall.set")
    tab.drain(0.6)
    deltas = tab.pushed("wall.changed")
    assert {key for delta in deltas for key in delta["d"]} == {"0", "1", "2", "3"}
    assert len(deltas) <= 12
    assert [delta["rev"] for delta in deltas] == list(range(1, len(deltas) + 1))


def test_a_heart_beat_is_answered_with_the_servers_time(tab: Tab) -> None:
    tab.send(t="hb", id="h1")
    answer = tab.expect(lambda frame: frame["t"] == "hb")
    assert answer["re"] == "h1"
    assert abs(answer["at"] - now_ms()) < 2000


def test_a_slow_query_delays_neither_the_heart_beat_nor_other_topics(tab: Tab) -> None:
    slow, fast = topic(), topic()
    tab.ask("sub", slow)
    tab.ask("sub", fast)
    lock = secrets.randbits(31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock])
        tab.send(t="talk.wait", id="z", top=slow, d={"body": str(lock)})
        tab.send(t="hb", id="h1")
        tab.expect(lambda frame: frame["t"] == "hb")
        assert tab.say(fast, "hi")["t"] == "ack"
        assert [frame for frame in tab.frames if frame.get("re") == "z"] == []
        cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
    assert tab.expect(lambda frame: frame.get("re") == "z")["t"] == "ack"


def test_a_frame_may_be_an_array_of_requests(tab: Tab) -> None:
    name = topic()
    tab.socket.send(
        json.dumps(
            [
                {"t": "sub", "id": "a", "top": name},
                {"t": "talk.say", "id": "b", "top": name, "d": {"body": "x"}},
            ]
        )
    )
    assert tab.expect(lambda frame: frame.get("re") == "a")["t"] == "subd"
    assert tab.expect(lambda frame: frame.get("re") == "b")["t"] == "ack"


# ── Abuse ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]x", '{"t":"sub"}', '{"t":"sub","id":"x"}', '{"t":"talk.say","top":"talk:1"}',
        '{"t":"hb","evil":1}', '{"t":["hb"]}', "[" * 5000, '{"t":"sub","id":"x","top":7}',
        '{"t":"sub","id":"x","top":"talk:1","since":-4}', '{"t":"sub","id":"x","top":"talk:1","since":1e99}',
    ],
)  # fmt: skip
def test_a_bad_frame_is_refused_and_the_socket_stays(tab: Tab, text: str) -> None:
    tab.hello()
    tab.socket.send(text)
    assert tab.expect(lambda frame: frame["t"] == "err")["code"] == "bad_message"
    tab.send(t="hb")
    tab.expect(lambda frame: frame["t"] == "hb")


def test_binary_frames_are_refused(tab: Tab) -> None:
    tab.socket.send(b'{"t":"hb"}')
    assert tab.expect(lambda frame: frame["t"] == "err")["d"] == {"reason": "binary"}


def test_an_oversized_frame_does_not_reach_a_handler(tab: Tab) -> None:
    name = topic()
    tab.ask("sub", name)
    tab.socket.send(
        json.dumps({"t": "talk.say", "id": "x", "top": name, "d": {"body": "x" * 70_000}})
    )
    tab.drain(0.5)
    assert tab.pushed("talk.said") == []
    assert [frame for frame in tab.frames if frame.get("re") == "x" and frame["t"] == "ack"] == []


def test_a_call_with_its_own_limit_is_refused_beyond_it_on_any_socket_of_the_person(
    server: Server, tab: Tab, ana: Person, ben: Person
) -> None:
    name = topic()
    tab.ask("sub", name)
    assert tab.say(name, "one", kind="talk.seldom")["t"] == "ack"
    assert tab.say(name, "two", kind="talk.seldom")["code"] == "rate_limited"
    tab.close()
    again, neighbour = Tab(server, session_of(ana.user)), Tab(server, ben.session_key)
    again.ask("sub", name)
    neighbour.ask("sub", name)
    assert again.say(name, "three", kind="talk.seldom")["code"] == "rate_limited"
    assert neighbour.say(name, "hi", kind="talk.seldom")["t"] == "ack"
    again.close()
    neighbour.close()


def test_a_flood_is_closed_4429_and_a_neighbour_does_not_notice(
    server: Server, ana: Person, ben: Person
) -> None:
    flooder = Tab(server, session_of(ana.user))
    neighbour = Tab(server, ben.session_key)
    name = topic()
    neighbour.ask("sub", name)
    flooder.hello()
    flooder.flood('{"t":"hb","id":"x"}', 3000)
    assert neighbour.say(name, "hi")["t"] == "ack"
    assert flooder.closed() == 4429
    answered = len(flooder.pushed("hb"))
    assert 120 <= answered < 3000
    neighbour.close()


def test_three_floods_within_a_minute_bar_the_session(server: Server, ana: Person) -> None:
    session_key = session_of(ana.user)
    for _ in range(3):
        flooder = Tab(server, session_key)
        flooder.hello()
        flooder.socket.send("[" + ",".join(["{}"] * 3) + "]")
        flooder.flood("{}", 40)
        assert flooder.closed() == 4429
    assert Tab(server, session_key).closed() == 4429


def test_too_many_topics_are_refused(tab: Tab) -> None:
    answers = [tab.ask("sub", f"talk:n{number}")["t"] for number in range(70)]
    assert answers == ["subd"] * 64 + ["err"] * 6


def test_random_frames_never_end_in_a_server_fault(server: Server, ana: Person) -> None:
    source = random.Random(20_261)
    words = [
        "t",
        "id",
        "top",
        "since",
        "d",
        "sub",
        "unsub",
        "hb",
        "talk.say",
        "talk:1",
        "x",
        "\u202e",
    ]

    def value(depth: int = 0) -> Any:
        kind = source.randrange(7 if depth < 4 else 5)
        if kind == 5:
            return [value(depth + 1) for _ in range(source.randrange(4))]
        if kind == 6:
            return {source.choice(words): value(depth + 1) for _ in range(source.randrange(4))}
        return [None, True, source.randrange(-5, 10**18), source.choice(words), 1.5][kind]

    for _ in range(12):
        tab = Tab(server, session_of(ana.user))
        tab.hello()
        for _ in range(18):
            frame = {"t": source.choice(words), **{source.choice(words): value() for _ in range(4)}}
            tab.socket.send(json.dumps(frame))
        tab.send(t="hb", id="end")
        tab.expect(lambda frame: frame.get("re") == "end")
        assert [f for f in tab.frames if f.get("code") == "server_error"] == []
        tab.close()
