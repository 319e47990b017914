import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from kernel.tests import ports
from kernel.tests.ports import free_port, wait_for_port

TWO_PORTS = (
    "from kernel.tests import ports; ports.PORTS = range({0}, {0} + 3);"
    "print(ports.free_port(), ports.free_port(), flush=True); input()"
)


def test_processes_side_by_side_never_get_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    first = free_port()
    monkeypatch.setattr(ports, "PORTS", range(first, first + 3))
    other = subprocess.Popen(
        [sys.executable, "-c", TWO_PORTS.format(first)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    theirs = {int(word) for word in other.stdout.readline().split()}
    assert theirs == {first + 1, first + 2}
    with pytest.raises(RuntimeError, match="no free port"):
        free_port()
    other.communicate("\n", timeout=10)
    assert {free_port(), free_port()} == theirs


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_port_in_use_is_not_given_out(
    monkeypatch: pytest.MonkeyPatch, kind: socket.SocketKind
) -> None:
    port = free_port(kind)
    monkeypatch.setattr(ports, "PORTS", range(port, port + 1))
    monkeypatch.setattr(ports, "_is_ours", lambda _: True)
    assert free_port(kind) == port
    with socket.socket(socket.AF_INET, kind) as used:
        used.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            used.listen()
        with pytest.raises(RuntimeError, match="no free port"):
            free_port(kind)


def test_threads_of_one_process_never_get_the_same_port() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: free_port(), range(64)))
    assert len(set(found)) == len(found)


def test_a_server_that_ends_is_not_waited_for() -> None:
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    process.wait(20)
    with pytest.raises(RuntimeError, match="ended with 3"):
        wait_for_port(free_port(), process)
