"""Database work off the loop: beside each other, bounded, with the caller's context."""

import asyncio
import contextvars
import threading
import time

import pytest
from django.db import connection

from realtime import threads
from realtime.errors import Busy
from realtime.threads import DatabasePool, close_pool, in_database

pytestmark = pytest.mark.django_db(transaction=True)
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")


@pytest.fixture(autouse=True)
def _closed() -> object:
    yield
    close_pool()


def pause(seconds: float) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])
    return threading.get_ident()


async def test_work_runs_in_another_thread_and_gives_its_result_back() -> None:
    def add(a: int, *, b: int) -> tuple[int, int]:
        return a + b, threading.get_ident()

    total, thread = await in_database(add, 1, b=2)
    assert total == 3
    assert thread != threading.get_ident()


async def test_slow_queries_run_beside_each_other_and_the_loop_goes_on() -> None:
    await asyncio.gather(*(in_database(pause, 0) for _ in range(threads.THREADS)))
    beats, began = 0, time.monotonic()
    work = asyncio.gather(*(in_database(pause, 0.5) for _ in range(6)))
    while not work.done():
        beats += 1
        await asyncio.sleep(0.01)
    assert time.monotonic() - began < 2
    assert beats > 15
    assert len(set(work.result())) == 6


async def test_the_context_of_the_caller_goes_along() -> None:
    request_id.set("r1")
    assert await in_database(request_id.get) == "r1"


async def test_an_error_reaches_the_caller() -> None:
    def fail() -> None:
        raise KeyError("no")

    with pytest.raises(KeyError):
        await in_database(fail)


async def test_beyond_the_bound_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "MAX_WAITING", 3)
    pool, gate = DatabasePool(threads=1), threading.Event()
    waiting = [asyncio.ensure_future(pool.run(gate.wait)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await pool.run(gate.wait)
    gate.set()
    await asyncio.gather(*waiting)
    assert await pool.run(lambda: 1) == 1
    pool.close()


async def test_closing_ends_every_threads_connection_and_the_next_call_opens_a_new_pool() -> None:
    await asyncio.gather(*(in_database(pause, 0.1) for _ in range(4)))
    pool = threads._pool
    assert pool is not None
    open_before = list(pool._connections)
    assert len(open_before) >= 2
    await asyncio.to_thread(close_pool)
    assert all(one.connection is None for one in open_before)
    assert await in_database(pause, 0) != threading.get_ident()
    assert threads._pool is not pool
