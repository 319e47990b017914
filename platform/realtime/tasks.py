"""Background asyncio tasks that are neither lost nor silent."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

log = structlog.get_logger(__name__)
T = TypeVar("T")

_running: Final[set[asyncio.Task[Any]]] = set()


def spawn(coroutine: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Start `coroutine` on the running loop; keeps a reference and logs an exception.

    Args:
        coroutine: What to run.
        name: Shown in the log and in the task list.

    Returns:
        The task; the caller may await or cancel it.
    """
    task = asyncio.get_running_loop().create_task(coroutine, name=name)
    _running.add(task)
    task.add_done_callback(_finished)
    return task


def _finished(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if task.cancelled():
        return
    error = task.exception()
    if error is not None:
        log.error("task.failed", task=task.get_name(), exc_info=error)
