from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connections, transaction

from exams.selectors.attempts import attempt_facts
from exams.selectors.ledger import grants_of_sitting
from exams.services.attempts import next_command_seq
from exams.services.grants import Gift, give_time
from kernel import clock
from kernel.models import AuditEntry
from kernel.tests.machines import disagreements, moves_of_row
from kernel.tests.waiting import wait_until_blocked
from proctoring.domain.command import CommandKind, DeliveryAction, DeliveryState
from proctoring.errors import CommandUnknown, ReasonMissing, TooMuchTime
from proctoring.models import Command
from proctoring.services.commands import (
    Order,
    issue_commands,
    record_ack,
    resend_pause,
    resend_unacknowledged,
)
from proctoring.tests.stage import Stage
from proctoring.tests.test_domain_command import EXPECTED

HOUR = timedelta(hours=1)


def order(stage: Stage, kind: CommandKind, **changes: Any) -> Order:
    fields: dict[str, Any] = {
        "command_id": uuid4(),
        "kind": kind,
        "text": "Alarm in the building",
        "extra": timedelta(),
        "issued_by": stage.cast.ivo.pk,
        "sitting_id": stage.sitting,
    }
    return Order(**{**fields, **changes})


def test_a_pause_holds_in_the_database_before_any_browser_hears_of_it(stage: Stage) -> None:
    assert issue_commands(order(stage, CommandKind.PAUSE), [stage.ana]) == {stage.ana: "issued"}
    assert attempt_facts(stage.ana).state == "paused"
    command = Command.objects.get(attempt_id=stage.ana)
    assert (command.seq, command.state) == (1, DeliveryState.SENT)
    assert [key for key, _ in stage.on(f"watch:{stage.ana}")] == ["command.issued"]
    assert stage.on(f"wall:{stage.sitting}")[-1][0] == f"command:{command.pk}"


def test_every_command_leaves_a_line_in_the_audit_trail(stage: Stage) -> None:
    issue_commands(order(stage, CommandKind.MESSAGE, text="Five minutes left"), [stage.ana])
    line = AuditEntry.objects.get(action="command.message")
    assert (line.actor_id, line.subject) == (stage.cast.ivo.pk, f"attempt:{stage.ana}")
    assert line.reason == "Five minutes left"


def test_a_repeated_order_changes_nothing(stage: Stage) -> None:
    extra = order(stage, CommandKind.EXTEND, extra=timedelta(minutes=5))
    issue_commands(extra, [stage.ana])
    deadline = attempt_facts(stage.ana).deadline
    assert issue_commands(extra, [stage.ana]) == {stage.ana: "issued"}
    assert attempt_facts(stage.ana).deadline == deadline
    assert Command.objects.filter(attempt_id=stage.ana).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_repeats_at_once_one_waits_and_changes_nothing(stage: Stage) -> None:
    extra = order(stage, CommandKind.EXTEND, extra=timedelta(minutes=5))
    deadline = attempt_facts(stage.ana).deadline
    with ThreadPoolExecutor(2) as both:
        with transaction.atomic():
            next_command_seq(stage.ana)  # both find no such command, then wait for this row
            issued = [both.submit(issue_here, extra, stage.ana) for _ in range(2)]
            wait_until_blocked(2)
            transaction.set_rollback(True)
        assert [one.result() for one in issued] == [{stage.ana: "issued"}] * 2
    assert attempt_facts(stage.ana).deadline - deadline == timedelta(minutes=5)
    issue_commands(order(stage, CommandKind.MESSAGE), [stage.ana])
    seqs = Command.objects.filter(attempt_id=stage.ana).values_list("seq", flat=True)
    assert sorted(seqs) == [1, 2]


def issue_here(one: Order, attempt_id: int) -> Mapping[int, str]:
    try:
        return issue_commands(one, [attempt_id])
    finally:
        connections.close_all()


def test_extra_time_moves_the_deadline_by_exactly_that(stage: Stage) -> None:
    before = attempt_facts(stage.ben).deadline
    issue_commands(order(stage, CommandKind.EXTEND, extra=timedelta(minutes=5)), [stage.ben])
    assert attempt_facts(stage.ben).deadline - before == timedelta(minutes=5)


def test_one_refusal_does_not_stop_the_others(stage: Stage) -> None:
    issue_commands(order(stage, CommandKind.PAUSE), [stage.ana])
    outcome = issue_commands(order(stage, CommandKind.PAUSE), [stage.ana, stage.ben])
    assert outcome == {stage.ana: "illegal_move", stage.ben: "issued"}
    assert Command.objects.filter(attempt_id=stage.ana).count() == 1


@pytest.mark.parametrize("kind", [CommandKind.PAUSE, CommandKind.TERMINATE, CommandKind.MESSAGE])
def test_what_costs_the_student_something_needs_a_reason(stage: Stage, kind: CommandKind) -> None:
    with pytest.raises(ReasonMissing):
        issue_commands(order(stage, kind, text="  "), [stage.ana])
    assert not Command.objects.exists()


def test_nobody_gives_more_time_than_they_may(stage: Stage) -> None:
    with pytest.raises(TooMuchTime) as refusal:
        issue_commands(order(stage, CommandKind.EXTEND, extra=HOUR), [stage.ana])
    assert refusal.value.data == {"limit_s": 900}


def test_an_attempt_of_another_sitting_is_refused(stage: Stage) -> None:
    foreign = order(stage, CommandKind.PAUSE, sitting_id=stage.sitting + 1)
    assert issue_commands(foreign, [stage.ana]) == {stage.ana: "not_allowed"}
    assert attempt_facts(stage.ana).state == "running"


def test_reports_move_a_command_forward_only(stage: Stage) -> None:
    issue_commands(order(stage, CommandKind.MESSAGE), [stage.ana])
    command = Command.objects.get()
    record_ack(command.pk, stage.ana, DeliveryAction.APPLY)
    record_ack(command.pk, stage.ana, DeliveryAction.DELIVER)
    command.refresh_from_db()
    assert command.state == DeliveryState.APPLIED
    assert command.delivered_at is None


def test_the_row_of_a_command_moves_as_specified_and_not_otherwise(stage: Stage) -> None:
    issue_commands(order(stage, CommandKind.MESSAGE), [stage.ana])
    rows = Command.objects.all()

    def act(action: DeliveryAction) -> bool:
        before = rows.get().state
        record_ack(rows.get().pk, stage.ana, action)
        return rows.get().state != before  # a late report is no error: it changes nothing

    assert disagreements(moves_of_row(rows, act), EXPECTED) == []


def test_a_report_about_somebody_elses_command_is_refused(stage: Stage) -> None:
    issue_commands(order(stage, CommandKind.MESSAGE), [stage.ana])
    with pytest.raises(CommandUnknown):
        record_ack(Command.objects.get().pk, stage.ben, DeliveryAction.APPLY)


def test_an_unacknowledged_command_is_pushed_again_until_it_is_applied(stage: Stage) -> None:
    issue_commands(order(stage, CommandKind.MESSAGE), [stage.ana])
    command = Command.objects.get()
    start = clock.now()
    pushes = []
    with time_machine.travel(start, tick=False) as traveller:
        Command.objects.update(issued_at=start, pushed_at=start)
        for second in range(1, 31):
            traveller.move_to(start + timedelta(seconds=second))
            if resend_unacknowledged():
                pushes.append(second)
        record_ack(command.pk, stage.ana, DeliveryAction.APPLY)
        traveller.move_to(start + timedelta(seconds=60))
        assert resend_unacknowledged() == 0
    assert pushes == [2, 6, 14, 22, 30]


def test_an_attempt_that_is_over_is_not_pushed_to_for_long(stage: Stage) -> None:
    issue_commands(order(stage, CommandKind.MESSAGE), [stage.ana, stage.ben])
    issue_commands(order(stage, CommandKind.TERMINATE), [stage.ana])
    long_ago = clock.now() - timedelta(seconds=30)
    Command.objects.update(issued_at=long_ago, pushed_at=long_ago)
    assert resend_unacknowledged() == 3, "the browser hears why it is over"
    long_ago = clock.now() - timedelta(hours=1)
    Command.objects.update(issued_at=long_ago, pushed_at=long_ago)
    stage.said.clear()
    assert resend_unacknowledged() == 1
    assert [topic for topic, _key, _value in stage.said] == [f"watch:{stage.ben}"]


def test_pushing_again_asks_for_the_names_once(
    stage: Stage, django_assert_num_queries: Any
) -> None:
    for _ in range(4):
        issue_commands(order(stage, CommandKind.MESSAGE), [stage.ana, stage.ben])
    long_ago = clock.now() - timedelta(minutes=5)
    Command.objects.update(issued_at=long_ago, pushed_at=long_ago)
    with django_assert_num_queries(2 + 8):
        assert resend_unacknowledged() == 8


def test_the_pause_between_pushes_grows_and_then_stays() -> None:
    assert [resend_pause(n).seconds for n in range(1, 6)] == [2, 4, 8, 8, 8]


def test_small_extensions_do_not_add_up_beyond_the_limit(stage: Stage) -> None:
    ten = timedelta(minutes=10)
    assert issue_commands(order(stage, CommandKind.EXTEND, extra=ten), [stage.ana]) == {
        stage.ana: "issued"
    }
    again = order(stage, CommandKind.EXTEND, extra=ten)
    assert issue_commands(again, [stage.ana, stage.ben]) == {
        stage.ana: "too_much_time",
        stage.ben: "issued",
    }


def test_only_a_leader_takes_time_that_was_not_given_before(stage: Stage) -> None:
    less = timedelta(minutes=-5)
    taken = order(stage, CommandKind.EXTEND, extra=less)
    assert issue_commands(taken, [stage.ana]) == {stage.ana: "not_allowed"}
    issue_commands(order(stage, CommandKind.EXTEND, extra=-less), [stage.ana])
    back = order(stage, CommandKind.EXTEND, extra=less)
    assert issue_commands(back, [stage.ana]) == {stage.ana: "issued"}
    lead = order(stage, CommandKind.EXTEND, extra=less, may_take=True)
    assert issue_commands(lead, [stage.ana]) == {stage.ana: "issued"}


def test_time_for_everybody_is_told_as_a_command_and_its_seen_is_the_receipt(stage: Stage) -> None:
    gift = Gift(timedelta(minutes=10), actor_id=stage.chief.pk, reason="Fire alarm")
    give_time(stage.sitting, gift)
    told = {one.attempt_id: one for one in Command.objects.filter(kind=CommandKind.EXTEND)}
    assert set(told) == {stage.ana, stage.ben}
    mine = told[stage.ana]
    assert (mine.text, mine.extra_s, mine.issued_by_id) == ("Fire alarm", 600, stage.chief.pk)
    ((_, pushed),) = stage.on(f"watch:{stage.ana}")
    assert pushed.command.id == str(mine.pk)
    assert not stage.on(f"wall:{stage.sitting}"), "the board's log is not flooded"
    record_ack(mine.pk, stage.ana, DeliveryAction.APPLY)
    (entry,) = grants_of_sitting(stage.sitting)
    assert (entry.seen.told, entry.seen.confirmed) == (2, 1)


def test_time_for_everybody_is_not_counted_against_what_an_invigilator_may_give(
    stage: Stage,
) -> None:
    give_time(
        stage.sitting, Gift(timedelta(minutes=15), actor_id=stage.chief.pk, reason="Fire alarm")
    )
    more = order(stage, CommandKind.EXTEND, extra=timedelta(minutes=15))
    assert issue_commands(more, [stage.ana]) == {stage.ana: "issued"}
    assert len(grants_of_sitting(stage.sitting)) == 2


def test_an_extension_from_the_board_has_its_receipt_in_the_ledger(stage: Stage) -> None:
    issue_commands(order(stage, CommandKind.EXTEND, extra=timedelta(minutes=5)), [stage.ana])
    record_ack(Command.objects.get().pk, stage.ana, DeliveryAction.APPLY)
    (entry,) = grants_of_sitting(stage.sitting)
    assert (entry.seen.told, entry.seen.confirmed) == (1, 1)
