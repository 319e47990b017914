"""A candidate's socket is cut: the board says so once, and says when the candidate is back.

Two processes serve the sockets, as in production; each is a real server.
"""

import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from proctoring.models import LinkChange
from proctoring.tests.stage import Stage, make_stage
from realtime.tests.conftest import session_of
from realtime.tests.servers import COMMANDS, Server, Tab, new_prefix, running

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.own_servers,
    pytest.mark.timeout(120),
]

COMMANDS["board"] = [
    part.replace("realtime.tests.served", "proctoring.tests.served") for part in COMMANDS["uvicorn"]
]


@pytest.fixture
def stage(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return make_stage(monkeypatch)


@pytest.fixture(scope="module")
def servers(django_db_setup: None) -> Iterator[tuple[Server, Server]]:
    del django_db_setup
    prefix = new_prefix()
    with running("board", prefix=prefix) as one, running("board", prefix=prefix) as two:
        yield one, two


def follow(server: Server, stage: Stage) -> Tab:
    """Ana's exam room, as far as presence is concerned."""
    tab = Tab(server, session_of(stage.cast.ana))
    answer = tab.ask("sub", f"attempt:{stage.ana}")
    assert answer["t"] == "subd", answer
    return tab


def cut(tab: Tab) -> None:
    """End the connection as a pulled cable with a router behind it does: a reset, no close frame."""
    raw: socket.socket = tab.socket.socket
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.close()


def links(board: Tab) -> list[Any]:
    changes = [frame["d"] for frame in board.pushed("wall.changed")]
    return [value for change in changes for key, value in change.items() if key.startswith("link:")]


def wait_for_link(board: Tab, *, is_back: bool) -> Any:
    def fits(frame: Any) -> bool:
        return frame["t"] == "wall.changed" and any(
            key.startswith("link:") and value["is_back"] is is_back
            for key, value in frame["d"].items()
        )

    return board.expect(fits, timeout_s=20)


def stay(seconds: float, board: Tab, room: Tab) -> None:
    """Let both show signs of life, as their pages do."""
    for _ in range(int(seconds / 0.3)):
        room.send(t="hb", id="1")
        board.send(t="hb", id="1")
        board.drain(0.3)


def test_a_cut_socket_and_the_return_stand_on_the_board_once(
    stage: Stage, servers: tuple[Server, Server]
) -> None:
    here, there = servers
    board = Tab(there, session_of(stage.cast.ivo))
    assert board.ask("sub", f"wall:{stage.sitting}")["d"]["links"] == []
    cut(follow(here, stage))
    wait_for_link(board, is_back=False)
    back = follow(there, stage)
    wait_for_link(board, is_back=True)
    stay(3, board, back)
    assert [(each["attempt"], each["link"], each["is_back"]) for each in links(board)] == [
        (stage.ana, "connection", False),
        (stage.ana, "connection", True),
    ]
    assert [str(row) for row in LinkChange.objects.order_by("pk")] == [
        "connection lost",
        "connection back",
    ]
    late = Tab(here, session_of(stage.cast.ivo))
    told = late.ask("sub", f"wall:{stage.sitting}")["d"]["links"]
    assert [each["is_back"] for each in told] == [True, False], "newest first"
    for tab in (back, board, late):
        tab.close()


def test_who_comes_back_at_once_through_another_process_was_never_lost(
    stage: Stage, servers: tuple[Server, Server]
) -> None:
    here, there = servers
    board = Tab(there, session_of(stage.cast.ivo))
    board.ask("sub", f"wall:{stage.sitting}")
    cut(follow(here, stage))
    back = follow(there, stage)
    stay(4, board, back)
    assert links(board) == []
    assert not LinkChange.objects.exists()
    back.close()
    board.close()
