"""A client that does nothing but save answers, over kept connections, as fast as it is answered.

It speaks HTTP by hand: what a browser sends is prepared once, an answer is read to its end. So the
client leaves the machine to the server that is measured.
"""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.stages.candidates import Candidate


@dataclass(slots=True)
class Tally:
    """What was acknowledged, and how long each took, seconds."""

    waits_s: list[float] = field(default_factory=list)
    refused: int = 0


async def save_for(
    everybody: Sequence[Candidate], seconds: float, *, pause_s: float = 0.0
) -> Tally:
    """Let everybody save one answer after the other for a time.

    Args:
        everybody: Candidates whose attempts run.
        seconds: How long.
        pause_s: Between an acknowledgement and the next save.
    """
    tally = Tally()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_save_on(who, until, pause_s, tally) for who in everybody))
    return tally


async def _save_on(who: Candidate, until: float, pause_s: float, tally: Tally) -> None:
    address = urlsplit(who.browser.base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    question = next(one["id"] for one in who.questions if one["kind"] == "text")
    head = _head(who, f"{address.hostname}:{address.port}")
    first = who.acked.get(question, 0) + 1
    for seq in itertools.count(first):
        if time.perf_counter() > until:
            break
        answer = {"question": question, "seq": seq, "value": f"An answer in a sentence, {seq}."}
        body = json.dumps({"lease": who.lease, "answers": [answer]}).encode()
        began = time.perf_counter()
        writer.write(head % len(body) + body)
        reply = json.loads(await _answer(reader))
        if reply.get("saved", {}).get(str(question)) == seq:
            tally.waits_s.append(time.perf_counter() - began)
            who.acked[question] = seq
        else:
            tally.refused += 1
        await asyncio.sleep(pause_s)
    writer.close()


def _head(who: Candidate, host: str) -> bytes:
    jar = "; ".join(f"{one.key}={one.value}" for one in who.browser.http.cookie_jar)
    lines = [
        f"POST /api/attempts/{who.attempt}/answers HTTP/1.1",
        f"Host: {host}",
        f"Cookie: {jar}",
        f"X-CSRFToken: {who.browser.cookie('csrftoken')}",
        f"Origin: http://{host}",
        "Content-Type: application/json",
        "Content-Length: %d",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return await reader.readexactly(length)
