"""Real PostgreSQL and Valkey for one command: embedded and supervised, or those of the environment.

`DATABASE_URL` and `REDIS_URL` are the only switches: an engine that is named there is used as
it is, the other one is started from its wheel under `var/`.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from invigil.launch import interrupts, logs
from invigil.launch.environment import database_url, stack_environment
from invigil.launch.place import Place
from invigil.launch.ports import LOOPBACK, Ports, require_free
from invigil.launch.postgres import DATABASE, Postgres
from invigil.launch.report import Stop, say, step
from invigil.launch.state import StackFile, StackState
from invigil.launch.supervisor import Supervisor
from invigil.launch.valkey import Valkey
from invigil.launch.watchdog import end_leftovers

START_S = 60.0
CLEAN_UP_S = 60.0


@dataclass(frozen=True, slots=True)
class Options:
    """What kind of stack is wanted.

    Attributes:
        host: Address that web, sockets and media listen on.
        durable: False for data that is thrown away afterwards.
    """

    ports: Ports
    host: str = LOOPBACK
    durable: bool = True


@contextmanager
def open_engines(place: Place, options: Options) -> Iterator[Supervisor]:
    """Start the engines, give the supervisor that keeps them, and end everything at the end.

    Raises:
        Stop: Another stack runs here, a port is taken, the data is damaged, or an engine of
            the environment does not answer.
    """
    file = lock_stack(place)
    environment = stack_environment(place, options.ports, options.host)
    empty_folder(Path(environment["PROMETHEUS_MULTIPROC_DIR"]))
    state = StackState(os.getpid(), options.ports.web)
    file.write(state)
    supervisor = Supervisor(place, file, state, environment)
    try:
        start_postgres(supervisor, options)
        start_valkey(supervisor, options)
        yield supervisor
    finally:
        supervisor.stop()


def empty_folder(folder: Path) -> None:
    """Make a folder, or make it empty: figures of processes that are gone mislead."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def lock_stack(place: Place) -> StackFile:
    """Become the one stack of this data directory, after ending what a dead one left.

    Raises:
        Stop: One runs; its address and pid are named.
    """
    file = StackFile(place.run)
    deadline = time.monotonic() + CLEAN_UP_S
    while not file.take_lock():
        interrupts.check()
        refuse_if_running(file)
        if time.monotonic() > deadline:
            raise Stop(
                f"Something still holds {file.lock_path}.", f"Find it: lsof {file.lock_path}"
            )
        time.sleep(0.1)
    left = end_leftovers(file)
    if left:
        say(f"  ended {left} processes that an earlier, killed stack had left")
    return file


def refuse_if_running(file: StackFile) -> None:
    """Refuse when the supervisor that the state file names is alive.

    Raises:
        Stop: It is.
    """
    state = file.read()
    if state and state.is_alive():
        address = state.urls.get("web") or f"port {state.port}, {state.phase}"
        raise Stop(
            f"Invigil already runs here: {address} (pid {state.pid}).",
            f"Stop it with Ctrl-C in its terminal or: kill {state.pid}",
        )


def start_postgres(supervisor: Supervisor, options: Options) -> None:
    """Start PostgreSQL, or make sure that the given one answers.

    Raises:
        Stop: It does not come up; the reason and the mend are in the text.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        with step("PostgreSQL of DATABASE_URL"):
            require_answer(
                "DATABASE_URL", lambda: psycopg.connect(given, connect_timeout=5).close()
            )
        return
    with step("PostgreSQL"):
        require_free(LOOPBACK, options.ports.postgres, "PostgreSQL")
        place = supervisor.place
        password = place.var / "postgres_password"
        server = Postgres(place, options.ports.postgres, password, durable=options.durable)
        server.prepare_data()
        supervisor.start(server.role())
        address = database_url(place, options.ports, "postgres")
        supervisor.wait_until(lambda: _accepts(address), "postgres", START_S)
        with psycopg.connect(address, autocommit=True) as connection:
            _require_own_data(connection, server)
            _create_database(connection)


def _accepts(address: str) -> bool:
    """Tell whether the server takes connections; a wrong password will not become right.

    Raises:
        Stop: The server knows another password than var/ does.
    """
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        if "authentication failed" in str(error):
            raise Stop(
                "PostgreSQL refuses the password in var/postgres_password: the data are from elsewhere.",
                "Put the old file back, or move var/pg away and start again.",
            ) from None
        return False
    return True


def _require_own_data(connection: "psycopg.Connection[tuple[str, ...]]", server: Postgres) -> None:
    """Make sure that the server on our port is the one that we started."""
    row = connection.execute("SHOW data_directory").fetchone()
    if row is None or not server.data.samefile(row[0]):
        raise Stop(
            f"Port {server.port} is answered by a PostgreSQL with other data.", "Stop that server."
        )


def _create_database(connection: "psycopg.Connection[tuple[str, ...]]") -> None:
    found = connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
    ).fetchone()
    if found is None:
        connection.execute(
            psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(DATABASE))
        )


def start_valkey(supervisor: Supervisor, options: Options) -> None:
    """Start Valkey, or make sure that the given Redis answers.

    Raises:
        Stop: It does not come up; the reason and the mend are in the text.
    """
    given = os.environ.get("REDIS_URL")
    if given:
        with step("Redis of REDIS_URL"):
            require_answer("REDIS_URL", lambda: _ping(given))
        return
    with step("Valkey"):
        require_free(LOOPBACK, options.ports.valkey, "Valkey")
        server = Valkey(supervisor.place, options.ports.valkey, durable=options.durable)
        supervisor.start(server.role())
        address = supervisor.env["REDIS_URL"]
        try:
            supervisor.wait_until(lambda: _answers_ping(address), "valkey", START_S)
        except Stop as failed:
            if "append only" not in logs.tail(supervisor.log_of("valkey")):
                raise
            raise Stop(
                f"Valkey cannot read {server.data}. Nothing that was acknowledged is in it.",
                f"Move it away and start again: mv {server.data} {server.data}.old",
            ) from failed


def _ping(address: str) -> None:
    with redis.Redis.from_url(address, socket_timeout=5, socket_connect_timeout=5) as client:
        client.ping()


def _answers_ping(address: str) -> bool:
    try:
        _ping(address)
    except redis.RedisError:
        return False
    return True


def require_answer(variable: str, ask: Callable[[], None]) -> None:
    """Make sure that a server of the environment answers.

    Raises:
        Stop: It does not.
    """
    try:
        ask()
    except (psycopg.Error, redis.RedisError, ValueError) as error:
        raise Stop(
            f"The server of {variable} does not answer: {error}.",
            f"Start it, correct {variable}, or unset it to use the embedded one.",
        ) from None
