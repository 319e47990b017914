"""The real gunicorn with the project's settings: slow and silent clients cost a socket each."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from invigil.launch.place import here
from kernel.tests.ports import free_port, wait_for_port

pytestmark = pytest.mark.own_servers
PROCESSES, THREADS = 1, 2
MORE_THAN_THREADS = 12
SOON_S = 4  # by itself, gunicorn lets a save wait 5 s for a silent client, 30 and more for others


@contextmanager
def serving(*options: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """A gunicorn of one process and two threads, with the project's settings."""
    root, port = here().root, free_port()
    argv = ["gunicorn", "-c", "platform/invigil/gunicorn.py", *options]
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(root), str(root / "platform")]),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_PROCESSES": str(PROCESSES),
        "WEB_THREADS": str(THREADS),
    }
    site = "invigil.tests.plain_site:application"
    process = subprocess.Popen([sys.executable, "-m", *argv, site], cwd=root, env=env)
    try:
        wait_for_port(port, process)
        yield port, process
    finally:
        process.terminate()
        assert process.wait(15) == 0


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as (port, _):
        yield port


@pytest.fixture
def clients(port: int) -> Iterator["Clients"]:
    with ExitStack() as stack:
        yield Clients(port, stack)


class Clients:
    """Opens connections that end with the test."""

    def __init__(self, port: int, stack: ExitStack) -> None:
        self.port, self.stack = port, stack

    def say(self, words: bytes) -> socket.socket:
        """Connect and say the words, then nothing."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)  # as if far away
        client.settimeout(5)
        client.connect(("127.0.0.1", self.port))
        client.sendall(words)
        return self.stack.enter_context(client)

    def save(self, body: bytes = b"an answer") -> bytes:
        """Send a short request as a browser does and return the answer; it comes soon, or fails."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SOON_S)
        connection.request("POST", "/", body)
        answer = connection.getresponse().read()
        connection.close()
        return answer


@pytest.mark.parametrize(
    "words",
    [
        b"GET /big HTTP/1.1\r\nHost: here\r\n\r\n",
        b"",
        b"GET / HTTP/1.1\r\nHost: here\r\nX-A: ",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5000\r\n\r\na=",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5000000\r\n\r\na=",
        b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"GET / HTTP/1.1\r\nHost: here\r\n\r\nGET / HTTP/1.1\r\nX-A:",
        b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nX-A: " + b"a" * 100_000,
    ],
    ids=[
        "not reading",
        "silent",
        "head",
        "body",
        "upload",
        "chunks",
        "second",
        "not closing",
        "endless head",
    ],
)
def test_a_save_is_answered_at_once_while_others_are_slow(clients: Clients, words: bytes) -> None:
    for _ in range(MORE_THAN_THREADS):
        clients.say(words)
    assert clients.save() == b"an answer"


def test_a_request_that_comes_in_pieces_is_answered(clients: Clients) -> None:
    slow = clients.say(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Le")
    assert clients.save() == b"an answer"
    slow.sendall(b"ngth: 6\r\n\r\nabc")
    assert clients.save() == b"an answer"
    slow.sendall(b"def")
    assert read_answer(slow) == b"abcdef"
    slow.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\ngh")
    assert read_answer(slow) == b"gh"  # the connection was kept


def test_two_requests_at_once_are_answered_in_their_order(clients: Clients) -> None:
    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n"
    client = clients.say(head + b"\r\nfirst" + head + b"Connection: close\r\n\r\nafter")
    with client.makefile("rb") as answers:
        said = answers.read()
    assert said.count(b"HTTP/1.1 200 OK") == 2
    assert 0 < said.index(b"first") < said.index(b"after")


def test_a_long_body_arrives(clients: Clients) -> None:
    body = os.urandom(3_000_000)
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    client = clients.say(b"POST / HTTP/1.1\r\nHost: here\r\n" + length)
    client.sendall(body)
    assert read_answer(client) == body


def test_chunks_and_a_body_that_waits_for_a_word_arrive(clients: Clients) -> None:
    chunks = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    client = clients.say(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    assert read_answer(client) == b"abcde"
    polite = clients.say(b"POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    assert polite.recv(100).startswith(b"HTTP/1.1 100 ")
    polite.sendall(b"ok")
    assert read_answer(polite) == b"ok"


def test_a_head_without_end_is_told_so(clients: Clients) -> None:
    client = clients.say(b"GET / HTTP/1.1\r\nX-A: " + b"a" * 100_000)
    assert client.recv(100).startswith(b"HTTP/1.1 431 ")


def read_answer(client: socket.socket) -> bytes:
    """Return the body of the next answer; its end is known from its length."""
    answer = http.client.HTTPResponse(client)
    answer.begin()
    return answer.read()


def test_half_a_request_does_not_hold_up_the_stop() -> None:
    with serving("--graceful-timeout", "600") as (port, process), ExitStack() as stack:
        half = Clients(port, stack).say(b"GET / HTTP/1.1\r\nHost: he")
        assert Clients(port, stack).save() == b"an answer"  # so half of the other one is there
        process.terminate()
        assert process.wait(60) == 0
        assert half.recv(1) == b""
