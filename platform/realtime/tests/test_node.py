"""One or two real server processes: revoked sessions, presence, shutdown, dead readers, Redis."""

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import override_settings

from kernel.tests.engines import PrivateValkey
from realtime import leases, publish as plane
from realtime.presence import Seat
from realtime.publish import close_user_sockets
from realtime.tests.conftest import Person, committed, session_of, sign_out
from realtime.tests.servers import Server, Tab, new_prefix, running

pytestmark = [pytest.mark.django_db, pytest.mark.own_servers]


FAST = {
    "TEST_SILENCE_S": "2.5",
    "TEST_GRACE_S": "4",
    "TEST_BLOCKED_S": "2",
    "TEST_SESSIONS_S": "0.5",
}


@pytest.fixture(scope="module")
def prefix() -> Iterator[str]:
    """A channel layer shared by the tests and the servers they start, and by nobody else."""
    made = new_prefix()
    layer: Any = settings.CHANNEL_LAYERS["default"]
    config = {**layer["CONFIG"], "prefix": made}
    before, plane._current = plane._current, None
    with override_settings(CHANNEL_LAYERS={"default": {**layer, "CONFIG": config}}):
        yield made
    plane._current = before


@pytest.fixture(scope="module")
def pair(prefix: str, database: None) -> Iterator[tuple[Server, Server]]:
    """Two processes of one installation, with short times."""
    with (
        running("uvicorn", prefix=prefix, **FAST) as one,
        running("uvicorn", prefix=prefix, **FAST) as two,
    ):
        yield one, two


# ── Sessions ────────────────────────────────────────────────────────────────────────────────


def test_a_persons_sockets_are_closed_in_every_process(
    pair: tuple[Server, Server], ana: Person, ben: Person
) -> None:
    one, two = pair
    ended = session_of(ana.user)
    tabs = [Tab(one, ended), Tab(two, ended)]
    other_device, bystander = Tab(two, ana.session_key), Tab(two, ben.session_key)
    tickets = [tab.hello()["ticket"] for tab in (*tabs, other_device, bystander)]

    def leave() -> None:
        Session.objects.filter(pk=ended).delete()
        close_user_sockets(ana.id)

    committed(leave)
    assert [tab.closed() for tab in tabs] == [4401, 4401]
    assert other_device.closed() == 1012  # it may come back, and is checked anew
    bystander.send(t="hb", id="x")
    bystander.expect(lambda frame: frame["t"] == "hb")
    bystander.close()
    offered = ["invigil.v1", f"ticket.{tickets[0]}"]
    assert Tab(one, ended, subprotocols=offered).closed() == 4401
    again = Tab(one, ana.session_key, subprotocols=["invigil.v1", f"ticket.{tickets[2]}"])
    assert again.hello()["user"] == ana.id
    again.close()


def test_a_newer_tab_replaces_only_the_sockets_of_that_attempt(
    pair: tuple[Server, Server], ana: Person
) -> None:
    old, new, other = (Tab(pair[0], ana.session_key) for _ in range(3))
    conn = new.hello()["conn"]
    old.ask("sub", "attempt:5")
    new.ask("sub", "attempt:5")
    other.ask("sub", "attempt:6")
    committed(lambda: close_user_sockets(ana.id, 4409, topic="attempt:5", except_connection=conn))
    assert old.closed() == 4409
    for tab in (new, other):
        tab.send(t="hb", id="x")
        tab.expect(lambda frame: frame["t"] == "hb")
        tab.close()


def test_an_ended_session_is_noticed_by_the_periodic_check(
    pair: tuple[Server, Server], ben: Person
) -> None:
    doomed = session_of(ben.user)
    tab, stays = Tab(pair[0], doomed), Tab(pair[0], ben.session_key)
    offered = ["invigil.v1", f"ticket.{tab.hello()['ticket']}"]
    stays.hello()
    sign_out(doomed)
    assert tab.closed(8) == 4401
    assert Tab(pair[0], doomed, subprotocols=offered).closed() == 4401
    stays.send(t="hb", id="x")
    stays.expect(lambda frame: frame["t"] == "hb")
    stays.close()


# ── Presence ────────────────────────────────────────────────────────────────────────────────


def seen(user: Person, state: str, attempt: int) -> Callable[[Any], bool]:
    wanted = {"user": user.id, "attempts": [attempt], "state": state}

    def fits(frame: Any) -> bool:
        return bool(frame["t"] == "watch.seen" and frame["d"] == wanted)

    return fits


def watching(server: Server, ben: Person) -> Tab:
    tab = Tab(server, ben.session_key)
    tab.ask("sub", "watch:all")
    return tab


def beat(tab: Tab, seconds: float) -> None:
    """Keep the heart of `tab` beating while time passes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        tab.send(t="hb")
        tab.drain(0.4)


def test_a_candidate_is_online_unstable_after_a_close_and_lost_after_the_grace(
    pair: tuple[Server, Server], ana: Person, ben: Person
) -> None:
    ivo, tab = watching(pair[0], ben), Tab(pair[0], ana.session_key)
    tab.ask("sub", "attempt:11")
    ivo.expect(seen(ana, "online", 11), 5)
    tab.socket.socket.close()  # no goodbye
    ivo.expect(seen(ana, "lost", 11), 20)
    told = [f["d"]["state"] for f in ivo.pushed("watch.seen") if f["d"]["attempts"] == [11]]
    assert told == ["online", "unstable", "lost"]
    ivo.close()


def test_silence_is_unstable_and_a_heart_beat_brings_it_back(
    pair: tuple[Server, Server], ana: Person, ben: Person
) -> None:
    ivo, tab = watching(pair[0], ben), Tab(pair[0], ana.session_key)
    tab.ask("sub", "attempt:12")
    beat(tab, 4)
    ivo.expect(seen(ana, "online", 12), 5)
    assert [
        f
        for f in ivo.pushed("watch.seen")
        if f["d"]["state"] != "online" and f["d"]["attempts"] == [12]
    ] == []
    ivo.expect(seen(ana, "unstable", 12), 6)
    ivo.frames.clear()
    tab.send(t="hb")
    ivo.expect(seen(ana, "online", 12), 3)
    tab.close()
    ivo.expect(seen(ana, "lost", 12), 12)
    ivo.close()


def test_coming_back_through_another_process_is_never_lost(
    pair: tuple[Server, Server], ana: Person, ben: Person
) -> None:
    one, two = pair
    ivo, tab = watching(two, ben), Tab(one, ana.session_key)
    tab.ask("sub", "attempt:13")
    ivo.expect(seen(ana, "online", 13), 5)
    tab.close()
    ivo.expect(seen(ana, "unstable", 13), 3)
    ivo.frames.clear()
    again = Tab(two, ana.session_key)
    again.ask("sub", "attempt:13")
    ivo.expect(seen(ana, "online", 13), 3)
    beat(again, 7)
    ivo.drain(0.2)
    told = [f["d"]["state"] for f in ivo.pushed("watch.seen") if f["d"]["attempts"] == [13]]
    assert told == ["online"]
    again.close()
    ivo.expect(seen(ana, "lost", 13), 12)
    ivo.close()


def test_people_of_a_killed_process_are_told_by_another(
    pair: tuple[Server, Server], prefix: str, ana: Person, ben: Person
) -> None:
    with running("uvicorn", prefix=prefix, **FAST) as doomed:
        ivo, tab = watching(pair[1], ben), Tab(doomed, ana.session_key)
        tab.ask("sub", "attempt:14")
        ivo.expect(seen(ana, "online", 14), 5)
        wait_for(lambda: is_written(prefix, ana, 14))
        doomed.stop(signal.SIGKILL)
        ivo.expect(seen(ana, "unstable", 14), 10)
        ivo.expect(seen(ana, "lost", 14), 12)
        ivo.close()


def is_written(prefix: str, person: Person, attempt: int) -> bool:
    """Whether some process has written into Redis that the person follows the attempt there."""
    with redis.from_url(settings.REDIS_URL, decode_responses=True) as client:
        processes = client.scan_iter(f"{prefix}:presence:members:*")
        return any(client.hget(key, str(person.id)) == str(attempt) for key in processes)


def wait_for(fact: Callable[[], bool], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.1)


# ── The end of a process ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_a_server_that_is_stopped_says_bye_with_a_pause_of_its_own_for_everybody(
    prefix: str, ana: Person, kind: str
) -> None:
    with running(kind, prefix=prefix) as server:
        tabs = [Tab(server, ana.session_key) for _ in range(8)]
        for tab in tabs:
            tab.hello()
        assert server.process is not None
        server.process.terminate()
        codes = [tab.closed() for tab in tabs]
        pauses = [tab.pushed("bye")[0]["d"]["retry_after"] for tab in tabs]
        assert all(0 <= pause < 15_000 for pause in pauses)
        assert len(set(pauses)) > 4
        assert set(codes) <= {1012, 1001, 1006}
        assert server.process.wait(15) in (0, -signal.SIGTERM)
        server.process = None


# ── A client that does not read ─────────────────────────────────────────────────────────────


def resident_kib(server: Server) -> int:
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def test_a_dead_reader_costs_bounded_memory_is_closed_and_disturbs_nobody(
    pair: tuple[Server, Server], ana: Person, ben: Person
) -> None:
    server = pair[0]
    dead = raw_reader(server, ana, "talk:flood")
    good = Tab(server, ben.session_key)
    good.ask("sub", "talk:flood")
    good.say("talk:flood", "400", kind="talk.flood")
    before = resident_kib(server)
    good.say("talk:flood", "2600", kind="talk.flood")
    good.expect(lambda frame: frame.get("seq") == 3000, 20)
    assert [f["seq"] for f in good.pushed("talk.said")] == list(range(1, 3001))
    grown_kib = resident_kib(server) - before - 2600 * 4.5  # the test's own log keeps the bodies
    assert grown_kib < 6 * 1024
    wait_for(lambda: good.say("talk:flood", "4408", kind="talk.closed")["d"]["seq"] >= 1)
    assert last_bytes(dead).endswith(b"\x88\x02" + (4408).to_bytes(2, "big"))
    dead.close()
    good.close()


def raw_reader(server: Server, person: Person, topic: str) -> socket.socket:
    """A subscriber with a tiny receive buffer that never reads after its subscription."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", server.port))
    client.sendall(
        (
            f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: invigil.v1\r\nOrigin: {server.origin}\r\n"
            f"Cookie: sessionid={person.session_key}\r\n\r\n"
        ).encode()
    )
    client.recv(2048)
    body = json.dumps({"t": "sub", "id": "s", "top": topic}).encode()
    client.sendall(bytes([0x81, 0x80 | len(body), 0, 0, 0, 0]) + body)
    time.sleep(0.3)
    return client


def last_bytes(client: socket.socket) -> bytes:
    """Read what is left in the buffers and return its end."""
    client.settimeout(2)
    got = b""
    try:
        while part := client.recv(65536):
            got = (got + part)[-64:]
    except (TimeoutError, ConnectionError):
        pass
    return got


# ── Redis ───────────────────────────────────────────────────────────────────────────────────


def test_a_restart_of_redis_closes_no_socket_and_the_log_is_complete_after_resume(
    ana: Person, ben: Person
) -> None:
    valkey = PrivateValkey().start()
    server = Server("uvicorn", new_prefix(), {"REDIS_URL": valkey.url}).start()
    try:
        tabs = [Tab(server, person.session_key) for person in (ana, ben) for _ in range(5)]
        for tab in tabs:
            tab.ask("sub", "talk:room")
            tab.ask("sub", "wall:1")
        assert tabs[0].say("talk:room", "before")["d"] == {"seq": 1}
        valkey.stop()
        assert tabs[0].say("talk:room", "while it was down")["d"] == {"seq": 2}
        time.sleep(1)
        valkey.start()
        for tab in tabs:
            head = tab.expect(lambda f: f["t"] == "pos" and f["d"].get("talk:room") == 2, 20)
            assert head
            tab.expect(lambda f: f["t"] == "gap" and f["top"] == "wall:1", 20)
            missed = tab.ask("sub", "talk:room", since=1)["events"]
            assert [event["seq"] for event in missed] == [2]
        tabs[1].say("talk:room", "after")
        for tab in tabs:
            tab.expect(lambda f: f.get("seq") == 3, 10)
            tab.close()
    finally:
        server.stop()
        valkey.stop()


def test_the_servers_presence_is_readable_from_other_processes(
    pair: tuple[Server, Server], prefix: str, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "_STATES", f"{prefix}:presence:states")
    tab = Tab(pair[0], ana.session_key)
    tab.ask("sub", "attempt:15")
    wait_for(lambda: leases.is_online([ana.id, 10**9]) == {ana.id: True, 10**9: False})
    tab.close()
    wait_for(lambda: not leases.is_online([ana.id])[ana.id])


def test_without_redis_nobody_is_known_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    assert leases.states_of([Seat(1), Seat(2, 70)]) == {}
    assert leases.is_online([1]) == {1: False}
    assert leases.states_of([]) == {}
