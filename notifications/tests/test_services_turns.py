"""One chain of batches for each notice, however often it is woken."""

from datetime import timedelta

import pytest
import time_machine

from kernel import clock
from kernel.models import OutboxEntry
from notifications.domain.notice import NoticeState
from notifications.gateways.base import ConsoleGateway, Outgoing, bind_gateway
from notifications.models import Delivery, Notice
from notifications.selectors import notice_card
from notifications.services import deliveries, turns
from notifications.tests.cast import School
from notifications.tests.test_services_deliveries import alone
from notifications.tests.test_services_expansion import expanded

pytestmark = pytest.mark.django_db


def jobs(notice_id: int) -> int:
    return OutboxEntry.objects.filter(task=turns.SEND_TASK, kwargs__notice_id=notice_id).count()


def turn_of(notice_id: int) -> int:
    return Notice.objects.values_list("turn", flat=True).get(pk=notice_id)


def test_waking_asks_once_for_the_same_turn_however_often_and_late(school: School) -> None:
    with time_machine.travel(clock.now(), tick=False) as now:
        notice_id = expanded(school)
        assert jobs(notice_id) == 1
        for _wake in range(3):
            now.shift(timedelta(seconds=11))
            turns.wake(notice_id)
            assert turns.wake_all() == 1
        assert jobs(notice_id) == 1


def test_a_notice_that_is_woken_in_the_middle_of_a_batch_keeps_one_chain(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O5: reports and the clock used to start a further chain after every single message."""
    monkeypatch.setattr(deliveries, "BATCH", 2)

    class WokenAllTheTime:
        name = "woken"

        def send(self, message: Outgoing) -> str:
            turns.wake(notice_id)
            return f"SM{message.to}"

    bind_gateway(WokenAllTheTime())  # type: ignore[arg-type] # only `send` is asked
    with time_machine.travel(clock.now(), tick=False) as now:
        notice_id = expanded(school)
        assert turns.take_turn(notice_id, turn=0) == 2
        assert (turn_of(notice_id), jobs(notice_id)) == (1, 2)
        now.shift(timedelta(seconds=11))
        assert turns.take_turn(notice_id, turn=1) == 1
    assert jobs(notice_id) == 2
    assert notice_card(notice_id).state is NoticeState.DONE


def test_a_repeat_of_an_earlier_turn_sends_nothing_and_asks_for_nothing(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "BATCH", 1)
    notice_id = expanded(school)
    assert [turns.take_turn(notice_id, turn=0) for _run in range(3)] == [1, 0, 0]
    assert (turn_of(notice_id), jobs(notice_id)) == (1, 2)


def test_a_turn_that_ended_in_the_middle_is_run_again_under_its_own_number(
    school: School,
) -> None:
    notice_id = expanded(school)

    class Ends:
        name = "ends"

        def send(self, message: Outgoing) -> str:
            raise SystemExit

    bind_gateway(Ends())  # type: ignore[arg-type] # only `send` is asked
    with pytest.raises(SystemExit):
        turns.take_turn(notice_id, turn=0)
    assert turn_of(notice_id) == 0
    bind_gateway(ConsoleGateway())
    assert turns.take_turn(notice_id, turn=0) == 2


def test_what_is_due_later_is_asked_for_by_the_clock_in_a_turn_of_its_own(school: School) -> None:
    alone(school)
    with time_machine.travel(clock.now(), tick=False) as now:
        notice_id = expanded(school)
        Delivery.objects.update(not_before=clock.now() + timedelta(hours=1))
        assert turns.take_turn(notice_id, turn=0) == 0
        assert (turn_of(notice_id), jobs(notice_id)) == (1, 1)
        now.shift(timedelta(hours=1))
        assert turns.wake_all() == 1
        assert jobs(notice_id) == 2
        assert turns.take_turn(notice_id, turn=1) == 1


def test_nothing_is_asked_for_what_waits_for_later(school: School) -> None:
    alone(school)
    notice_id = expanded(school)
    Delivery.objects.update(not_before=clock.now() + timedelta(hours=3))
    before = jobs(notice_id)
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        turns.wake(notice_id)
    assert jobs(notice_id) == before
    assert Notice.objects.get(pk=notice_id).state == NoticeState.SENDING
