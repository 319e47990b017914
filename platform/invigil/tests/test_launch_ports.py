"""Ports: blocks in a row, and a taken one named with its holder."""

import os
import socket
from collections.abc import Iterator

import pytest

from invigil.launch.ports import LOOPBACK, Ports, free_ports, holder_of, require_free
from invigil.launch.report import Stop


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_the_parts_of_a_stack_count_from_the_first_port() -> None:
    ports = Ports(8000)
    numbers = [ports.web, ports.rt, ports.sfu, ports.metrics, ports.postgres, ports.valkey]
    assert numbers == [8000, 8001, 8002, 8003, 8004, 8005]


def test_a_free_block_can_be_bound() -> None:
    ports = free_ports()
    for number in (ports.web, ports.rt, ports.metrics, ports.postgres, ports.valkey):
        require_free(LOOPBACK, number, "test")


def test_a_taken_port_is_named_with_the_program_that_holds_it(taken: int) -> None:
    with pytest.raises(Stop) as caught:
        require_free(LOOPBACK, taken, "web pages")
    assert f"Port {taken} (web pages) is taken by" in str(caught.value)
    assert f"pid {os.getpid()}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_taken_udp_port_is_seen_too() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
        media.bind((LOOPBACK, 0))
        port = media.getsockname()[1]
        assert f"pid {os.getpid()}" in holder_of(port, socket.SOCK_DGRAM)
        with pytest.raises(Stop, match="is taken"):
            require_free(LOOPBACK, port, "media", socket.SOCK_DGRAM)


def test_an_address_that_is_not_ours_is_refused_in_one_line() -> None:
    with pytest.raises(Stop, match=r"on 192\.0\.2\.1 cannot be used"):
        require_free("192.0.2.1", 24199, "web pages")


def test_nobody_holds_a_free_port(taken: int) -> None:
    assert holder_of(taken)
    assert holder_of(free_ports().web) == ""
