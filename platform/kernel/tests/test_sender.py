"""The thread that sends: it never makes anybody wait, and it never ends."""

import os
import threading
from uuid import UUID, uuid4

from kernel.sender import Sender


def test_what_is_handed_over_is_sent_in_order_by_another_thread() -> None:
    sent: list[UUID] = []
    threads: set[int] = set()

    def send(ids: list[UUID]) -> int:
        threads.add(threading.get_ident())
        sent.extend(ids)
        return len(ids)

    sender, ids = Sender(send), [uuid4() for _ in range(500)]
    for entry_id in ids:
        sender.hand_over(entry_id)
    assert sender.flush(5)
    assert sent == ids
    assert threads.isdisjoint({threading.get_ident()})
    assert len(threads) == 1


def test_a_hanging_broker_holds_up_nobody_and_what_does_not_fit_is_left_to_the_sweeper() -> None:
    gate, sent, was_opened = threading.Event(), list[UUID](), list[bool]()

    def send(ids: list[UUID]) -> int:
        was_opened.append(gate.wait(60))
        sent.extend(ids)
        return len(ids)

    sender = Sender(send, limit=10)
    for _ in range(1000):
        sender.hand_over(uuid4())
    assert was_opened == []  # all are handed over while the first still hangs
    assert not sender.flush(0.05)
    gate.set()
    assert sender.flush(5)
    assert all(was_opened)
    assert 10 <= len(sent) <= 21  # those that waited while others were being sent


def test_a_failure_is_survived() -> None:
    sent: list[UUID] = []

    def send(ids: list[UUID]) -> int:
        if not sent:
            sent.append(ids[0])
            raise ConnectionError("broker")
        sent.extend(ids)
        return len(ids)

    sender, second = Sender(send), uuid4()
    sender.hand_over(uuid4())
    assert sender.flush(5)
    sender.hand_over(second)
    assert sender.flush(5)
    assert sent[-1] == second


def test_a_forked_child_sends_with_a_thread_of_its_own() -> None:
    sent: list[UUID] = []

    def send(ids: list[UUID]) -> int:
        sent.extend(ids)
        return len(ids)

    sender = Sender(send)
    sender.hand_over(uuid4())
    assert sender.flush(5)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - the child
        sender.hand_over(uuid4())
        os.write(write, b"1" if sender.flush(5) and len(sent) == 2 else b"0")
        os._exit(0)
    os.close(write)
    assert os.waitpid(child, 0)[1] == 0
    assert os.read(read, 1) == b"1"
    os.close(read)
