"""A real clamd, in every mood: whatever is not a definite answer is never "clean"."""

import io
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner.engines.base import EngineUnavailable, Finding, ScanOutcome
from scanner.engines.clamav import ClamavAddress, ClamavEngine, _DeadlineSocket
from scanner.engines.samples import encrypted_zip, nested_zip, zip_of
from scanner.tests.clamd_server import SIGNATURE_NAME, ClamdServer, eicar

MIB = 1024 * 1024


def scan(engine: ClamavEngine, content: bytes) -> ScanOutcome:
    return engine.scan(io.BytesIO(content), len(content))


@contextmanager
def listener(answer: Callable[[socket.socket], None]) -> Iterator[ClamavAddress]:
    """A server that takes one connection after the other and treats each as told."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield ClamavAddress(host="127.0.0.1", port=server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_harmless_bytes_are_clean_and_the_version_is_told(clamd: ClamdServer, tcp: bool) -> None:  # noqa: FBT001 parametrised
    engine = clamd.engine(tcp=tcp)
    assert engine.version().startswith("ClamAV 1.")
    assert scan(engine, b"an essay") == ScanOutcome(Finding.CLEAN)
    assert scan(engine, os.urandom(2 * MIB)).finding is Finding.CLEAN


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(eicar(), id="plain"),
        pytest.param(zip_of({"a.txt": b"x", "b.com": eicar()}), id="zip"),
        pytest.param(nested_zip(zip_of({"b.com": eicar()}), 3), id="nested"),
        pytest.param(bytes(3 * MIB) + eicar(), id="behind 3 MiB"),
    ],
)
@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_the_test_virus_is_found_wherever_it_hides(
    clamd: ClamdServer,
    content: bytes,
    tcp: bool,  # noqa: FBT001 parametrised
) -> None:
    outcome = scan(clamd.engine(tcp=tcp), content)
    assert outcome.finding is Finding.INFECTED
    assert outcome.detail.startswith(SIGNATURE_NAME)


def test_what_it_cannot_look_into_is_refused_not_cleared(clamd: ClamdServer) -> None:
    engine = clamd.engine()
    assert scan(engine, encrypted_zip(eicar())).detail == "Heuristics.Encrypted.Zip"
    too_deep = scan(engine, nested_zip(eicar(), 25))
    assert too_deep.finding is Finding.REFUSED
    assert too_deep.detail.startswith("Heuristics.Limits.Exceeded")
    bomb = scan(engine, zip_of({"zeros": bytes(45 * MIB), "e.com": eicar()}))
    assert bomb.finding is not Finding.CLEAN


def test_a_file_above_our_limit_is_refused_without_asking() -> None:
    nobody = ClamavEngine(ClamavAddress(path="/nonexistent"), max_bytes=10)
    assert nobody.scan(io.BytesIO(b"x" * 11), 11).finding is Finding.REFUSED


def test_a_file_above_the_servers_limit_is_never_clean(tmp_path: Path) -> None:
    with ClamdServer(tmp_path / "small", StreamMaxLength="1M") as server:
        try:
            outcome = scan(server.engine(), bytes(8 * MIB) + eicar())
        except EngineUnavailable:
            return
        assert outcome.finding is Finding.REFUSED


@pytest.mark.parametrize("setting", ["AlertEncrypted", "AlertExceedsMax"])
def test_a_scanner_that_keeps_silent_about_what_it_skips_is_not_trusted(
    tmp_path: Path, setting: str
) -> None:
    lax = ClamdServer(tmp_path / "lax", **{setting: "no"})
    with lax as server, pytest.raises(EngineUnavailable, match=setting):
        server.engine().version()


def test_no_server_means_unavailable(tmp_path: Path) -> None:
    for address in (ClamavAddress(path=str(tmp_path / "none")), ClamavAddress(port=1)):
        engine = ClamavEngine(address, max_bytes=MIB)
        with pytest.raises(EngineUnavailable):
            engine.version()
        with pytest.raises(EngineUnavailable):
            scan(engine, b"x")


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_a_frozen_server_is_given_up_in_time_and_works_again_when_thawed(
    own_clamd: ClamdServer,
    tcp: bool,  # noqa: FBT001 parametrised
) -> None:
    engine = own_clamd.engine(tcp=tcp, timeout_seconds=1.0)
    own_clamd.freeze()
    try:
        for content in (eicar(), os.urandom(5 * MIB)):  # the second does not fit into buffers
            started = time.monotonic()
            with pytest.raises(EngineUnavailable):
                scan(engine, content)
            assert time.monotonic() - started < 3
        with pytest.raises(EngineUnavailable):
            engine.version()
    finally:
        own_clamd.thaw()
    assert scan(own_clamd.engine(), eicar()).finding is Finding.INFECTED


def read_some(connection: socket.socket) -> None:
    connection.settimeout(5)
    connection.recv(64)


def close_at_once(connection: socket.socket) -> None:
    read_some(connection)


def answer_nonsense(connection: socket.socket) -> None:
    read_some(connection)
    connection.sendall(b"stream: PROBABLY\n")


def answer_error(connection: socket.socket) -> None:
    read_some(connection)
    connection.sendall(b"INSTREAM: Can't allocate memory ERROR\n")


def answer_for_another(connection: socket.socket) -> None:
    read_some(connection)
    connection.sendall(b"/etc/passwd: OK\n")


def stay_silent(connection: socket.socket) -> None:
    connection.settimeout(5)
    while connection.recv(65536):
        pass


@pytest.mark.parametrize(
    "mood", [close_at_once, answer_nonsense, answer_error, answer_for_another, stay_silent]
)
def test_a_broken_answer_is_never_clean(mood: Callable[[socket.socket], None]) -> None:
    with listener(mood) as address:
        engine = ClamavEngine(address, max_bytes=MIB, timeout_seconds=1.0)
        with pytest.raises(EngineUnavailable):
            scan(engine, b"x" * 1000)
        with pytest.raises(EngineUnavailable):
            engine.version()


def test_every_byte_arrives_as_it_was(clamd: ClamdServer) -> None:
    seen = bytearray()

    def read_slowly(connection: socket.socket) -> None:
        connection.settimeout(5)
        while not seen.endswith(bytes(4)):
            seen.extend(connection.recv(1777))
        connection.sendall(b"stream: OK\n")

    content = os.urandom(100_001).replace(bytes(4), b"abcd")
    with listener(read_slowly) as address:
        engine = ClamavEngine(address, max_bytes=MIB)
        assert scan(engine, content).finding is Finding.CLEAN
    assert bytes(seen) == wire(content)


def test_the_socket_sends_all_or_fails() -> None:
    left, right = socket.socketpair()
    content = os.urandom(6 * MIB)
    seen = bytearray()

    def read() -> None:
        while piece := right.recv(65536):
            seen.extend(piece)

    with left, right:
        reader = threading.Thread(target=read)
        reader.start()
        _DeadlineSocket(left, time.monotonic() + 10).send(content)
        left.shutdown(socket.SHUT_WR)
        reader.join(10)
    assert bytes(seen) == content


def wire(content: bytes) -> bytes:
    frames = [b"nINSTREAM\n"]
    for start in range(0, len(content), 1024):
        piece = content[start : start + 1024]
        frames += [len(piece).to_bytes(4, "big"), piece]
    return b"".join([*frames, bytes(4)])
