"""Run a coroutine in place; only what cannot finish at once becomes a task.

Writing to a socket almost never waits, and a task per frame costs more than the write (measured:
1.2-1.4 times the CPU per delivery). Works on every supported Python; asyncio's own eager tasks
exist from 3.12 on only.
"""

import functools
from collections.abc import Awaitable, Coroutine, Generator
from typing import Any


class Rest(Awaitable[None]):
    """What is left of a coroutine that waits for `future`; await it exactly once."""

    __slots__ = ("_coroutine", "_future")

    def __init__(self, coroutine: Coroutine[Any, Any, None], future: Any) -> None:  # noqa: ANN401 whatever asyncio yields
        self._coroutine = coroutine
        self._future = future

    def __await__(self) -> Generator[Any, Any, None]:
        """Yield what the coroutine yields, starting with the future it already waits for."""
        waiting = self._future
        while True:
            try:
                answer = yield waiting
            except BaseException as error:  # noqa: BLE001 passed on to the coroutine, cancellation included
                step = functools.partial(self._coroutine.throw, error)
            else:
                step = functools.partial(self._coroutine.send, answer)
            try:
                waiting = step()
            except StopIteration:
                return


def start(coroutine: Coroutine[Any, Any, None]) -> Rest | None:
    """Run `coroutine` until it ends or first waits.

    Returns:
        None when it has ended; else the rest, which the caller must await in a task.

    Raises:
        Exception: Whatever the coroutine raised before it first waited.
    """
    try:
        future = coroutine.send(None)
    except StopIteration:
        return None
    return Rest(coroutine, future)
