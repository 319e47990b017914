"""The engines: real PostgreSQL and Valkey on data that is fresh, crashed, damaged or in use."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from invigil.devstack import Options, open_engines
from invigil.launch.environment import database_url
from invigil.launch.place import Place
from invigil.launch.ports import Ports
from invigil.launch.postgres import Postgres
from invigil.launch.processes import start_time
from invigil.launch.report import Stop
from invigil.launch.state import StackFile
from invigil.launch.supervisor import Supervisor
from invigil.tests.conftest import wait_until


@pytest.fixture
def engines(place: Place, ports: Ports, quiet_interrupts: list[int]) -> Iterator[Supervisor]:
    with open_engines(place, Options(ports)) as supervisor:
        yield supervisor


def value(supervisor: Supervisor, sql: str) -> str:
    with psycopg.connect(supervisor.env["DATABASE_URL"]) as connection:
        row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return str(row[0])


def pid_of(supervisor: Supervisor, role: str) -> int:
    state = supervisor.file.read()
    return state.roles.get(role, [0])[0] if state else 0


def answers(supervisor: Supervisor) -> bool:
    try:
        value(supervisor, "SELECT 1")
        with redis.Redis.from_url(supervisor.env["REDIS_URL"]) as client:
            client.ping()
    except (psycopg.OperationalError, redis.RedisError):
        return False
    return True


def test_an_acknowledged_commit_is_on_disk(engines: Supervisor) -> None:
    expected = {
        "synchronous_commit": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "listen_addresses": "127.0.0.1",
    }
    assert {name: value(engines, f"SHOW {name}") for name in expected} == expected


def test_valkey_keeps_its_queues_and_never_evicts(engines: Supervisor) -> None:
    with redis.Redis.from_url(engines.env["REDIS_URL"]) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_nobody_enters_without_the_password(engines: Supervisor, ports: Ports) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgres://invigil@127.0.0.1:{ports.postgres}/invigil")
    with redis.Redis(port=ports.valkey) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_passwords_are_in_no_process_list(engines: Supervisor) -> None:
    secrets = [
        (engines.place.var / name).read_text(encoding="ascii").strip()
        for name in ("postgres_password", "valkey_password")
    ]
    for role in ("postgres", "valkey"):
        words = Path(f"/proc/{pid_of(engines, role)}/cmdline").read_text(encoding="utf-8")
        assert not any(secret in words for secret in secrets)


@pytest.mark.parametrize("role", ["postgres", "valkey"])
def test_a_killed_engine_comes_back_with_its_data(engines: Supervisor, role: str) -> None:
    with psycopg.connect(engines.env["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('answer')")
    first = pid_of(engines, role)
    os.kill(first, signal.SIGKILL)
    engines.wait_until(
        lambda: pid_of(engines, role) not in {0, first} and answers(engines), role, 30
    )
    assert value(engines, "SELECT word FROM kept") == "answer"


def test_thrown_away_data_may_skip_the_disk_but_not_the_commit(
    place: Place, ports: Ports, quiet_interrupts: list[int]
) -> None:
    with open_engines(place, Options(ports, durable=False)) as supervisor:
        assert value(supervisor, "SHOW fsync") == "off"
        assert value(supervisor, "SHOW synchronous_commit") == "on"


def test_data_outlive_a_stop_and_a_second_start(
    place: Place, ports: Ports, quiet_interrupts: list[int]
) -> None:
    with (
        open_engines(place, Options(ports)) as supervisor,
        psycopg.connect(supervisor.env["DATABASE_URL"]) as connection,
    ):
        connection.execute("CREATE TABLE kept AS SELECT 'answer' AS word")
    with open_engines(place, Options(ports)) as supervisor:
        assert value(supervisor, "SELECT word FROM kept") == "answer"


def test_a_second_stack_on_the_same_data_is_refused_by_name(engines: Supervisor) -> None:
    with pytest.raises(Stop) as caught, open_engines(engines.place, Options(Ports(24190))):
        pass
    assert f"Invigil already runs here: port {engines.state.port}" in str(caught.value)
    assert f"pid {os.getpid()}" in str(caught.value)


def test_a_taken_port_is_named_and_nothing_is_left(
    place: Place, engines: Supervisor, ports: Ports, tmp_path: Path
) -> None:
    other = place.with_var(tmp_path / "other")
    with (
        pytest.raises(Stop, match=rf"Port {ports.postgres} \(PostgreSQL\) is taken by postgres"),
        open_engines(other, Options(ports)),
    ):
        pass
    assert StackFile(other.run).read() is None


@pytest.mark.parametrize("content", [b"garbage\n", b"9.6\n", b"\xff\xfe", b""])
def test_damaged_data_are_refused_with_the_mend(
    place: Place, ports: Ports, quiet_interrupts: list[int], content: bytes
) -> None:
    (place.var / "pg").mkdir(parents=True)
    (place.var / "pg" / "PG_VERSION").write_bytes(content)
    with (
        pytest.raises(Stop, match=r"or it is damaged\. Move it away .* mv "),
        open_engines(place, Options(ports)),
    ):
        pass
    assert (place.var / "pg" / "PG_VERSION").read_bytes() == content


def test_a_foreign_lock_file_is_no_obstacle(
    place: Place, ports: Ports, quiet_interrupts: list[int]
) -> None:
    with open_engines(place, Options(ports)):
        pass
    lock = place.var / "pg" / "postmaster.pid"
    for content in (f"{os.getpid()}\n/elsewhere\n", "not a number", "", "999999999\n"):
        lock.write_text(content, encoding="utf-8")
        with open_engines(place, Options(ports)) as supervisor:
            assert value(supervisor, "SELECT 1") == "1", content


def test_a_server_that_works_on_the_data_is_named_and_left_alone(
    place: Place, ports: Ports, quiet_interrupts: list[int]
) -> None:
    with open_engines(place, Options(ports)):
        pass
    server = Postgres(place, ports.postgres, place.var / "postgres_password", durable=True)
    stranger = subprocess.Popen(list(map(str, server.role().argv)), stderr=subprocess.DEVNULL)
    try:
        wait_until(
            lambda: server.server_on_data() == stranger.pid, "the stranger works on the data"
        )
        with (
            pytest.raises(Stop, match=rf"pid {stranger.pid}.* kill -INT {stranger.pid}"),
            open_engines(place, Options(Ports(ports.web + 10))),
        ):
            pass
        assert start_time(stranger.pid)
    finally:
        stranger.send_signal(signal.SIGINT)
        stranger.wait(30)


def test_data_with_another_password_are_refused_in_one_line(
    place: Place, ports: Ports, quiet_interrupts: list[int]
) -> None:
    with open_engines(place, Options(ports)):
        pass
    (place.var / "postgres_password").write_text("another\n", encoding="ascii")
    with pytest.raises(Stop, match="refuses the password"), open_engines(place, Options(ports)):
        pass


def test_a_damaged_queue_file_is_refused_with_the_mend(
    place: Place, ports: Ports, quiet_interrupts: list[int]
) -> None:
    with open_engines(place, Options(ports)):
        pass
    for part in (place.var / "valkey" / "appendonlydir").glob("*.base.rdb"):
        part.write_bytes(b"garbage that is no data file")
    with pytest.raises(Stop, match="Valkey cannot read"), open_engines(place, Options(ports)):
        pass


@pytest.mark.parametrize(
    "given",
    [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
        ("DATABASE_URL", "not an address"),
        ("REDIS_URL", "redis://127.0.0.1:1/0"),
        ("REDIS_URL", "not an address"),
    ],
)
def test_a_given_server_that_does_not_answer_is_named(
    place: Place,
    ports: Ports,
    quiet_interrupts: list[int],
    monkeypatch: pytest.MonkeyPatch,
    given: tuple[str, str],
) -> None:
    monkeypatch.setenv(*given)
    with (
        pytest.raises(Stop, match=rf"The server of {given[0]} does not answer"),
        open_engines(place, Options(ports)),
    ):
        pass


def test_given_servers_are_used_and_none_is_started(
    engines: Supervisor, tmp_path: Path, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url(engines.place, ports))
    monkeypatch.setenv("REDIS_URL", engines.env["REDIS_URL"])
    with open_engines(
        engines.place.with_var(tmp_path / "other"), Options(Ports(24190))
    ) as supervisor:
        assert value(supervisor, "SHOW port") == str(ports.postgres)
        assert supervisor.kept == {}
    assert not (tmp_path / "other" / "pg").exists()


def test_an_interrupted_start_leaves_nothing_half_made(
    place: Place, ports: Ports, quiet_interrupts: list[int]
) -> None:
    quiet_interrupts.append(signal.SIGINT)
    with pytest.raises(Stop, match="Stopped"), open_engines(place, Options(ports)):
        pass
    assert not (place.var / "pg").exists()
    assert not (place.var / "pg.new").exists()
    assert StackFile(place.run).read() is None
