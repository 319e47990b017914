"""Database work of the async roles: a bounded thread pool, so that no query stalls the loop.

Each thread keeps its own connection. `sync_to_async`'s single thread is not used: one slow
query would hold up every socket of the process.
"""

import asyncio
import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from realtime.errors import Busy

P = ParamSpec("P")
R = TypeVar("R")

THREADS: Final = 8
MAX_WAITING: Final = 1000  # beyond this a request is refused, not queued


class DatabasePool:
    """A thread pool whose threads hold database connections.

    Attributes:
        waiting: Work handed over and not finished yet.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._connections: list[BaseDatabaseWrapper] = []
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="rt-db")
        self.waiting = 0

    async def run(self, work: Callable[[], R]) -> R:
        """Run `work` in a thread and return its result.

        Raises:
            Busy: Too much is waiting already.
        """
        if self.waiting >= MAX_WAITING:
            raise Busy
        self.waiting += 1
        try:
            context = contextvars.copy_context()
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._executor, functools.partial(context.run, self._work, work)
            )
        finally:
            self.waiting -= 1

    def close(self) -> None:
        """Finish what is running and close every thread's connections."""
        self._executor.shutdown(wait=True)
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    def _work(self, work: Callable[[], R]) -> R:
        close_old_connections()
        try:
            return work()
        finally:
            close_old_connections()
            self._remember_connections()

    def _remember_connections(self) -> None:
        """Let close() end this thread's connections, which Django ties to the thread."""
        for connection in connections.all(initialized_only=True):
            if not connection.allow_thread_sharing:
                connection.inc_thread_sharing()
                self._connections.append(connection)


_pool: DatabasePool | None = None


async def in_database(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call the synchronous `function` in a database thread and return its result.

    Raises:
        Busy: The pool is full.
        Exception: Whatever `function` raises.
    """
    global _pool  # noqa: PLW0603 one pool per process, made on first use
    if _pool is None:
        _pool = DatabasePool()
    return await _pool.run(functools.partial(function, *args, **kwargs))


def close_pool() -> None:
    """Close the process's pool and its connections; the next call opens a new one."""
    global _pool
    pool, _pool = _pool, None
    if pool is not None:
        pool.close()
