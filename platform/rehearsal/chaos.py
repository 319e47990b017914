"""Kills roles of the running stack with SIGKILL, once each."""

import asyncio
import os
import signal
from typing import Final

from rehearsal.stack import Stack

BETWEEN_S: Final = 4.0


async def kill_roles(stack: Stack, roles: tuple[str, ...]) -> list[str]:
    """Kill every process of each role in turn; return what was killed, in words."""
    killed: list[str] = []
    for role in roles:
        for pid in stack.pids(role):
            os.kill(pid, signal.SIGKILL)
            killed.append(f"{role} {pid}")
        await asyncio.sleep(BETWEEN_S)
    return killed
