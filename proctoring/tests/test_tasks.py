from datetime import timedelta
from uuid import uuid4

from kernel import clock
from proctoring.domain.command import CommandKind
from proctoring.models import Command, WatchView
from proctoring.services.commands import Order, issue_command
from proctoring.services.watch import keep_views
from proctoring.tasks import end_views, resend_commands
from proctoring.tests.stage import Stage


def test_the_sweep_pushes_what_is_due_and_only_that(stage: Stage) -> None:
    order = Order(
        command_id=uuid4(),
        kind=CommandKind.MESSAGE,
        text="Hello",
        extra=timedelta(),
        issued_by=stage.cast.ivo.pk,
        sitting_id=stage.sitting,
    )
    issue_command(order, stage.ana)
    issue_command(order, stage.ben)
    Command.objects.filter(attempt_id=stage.ana).update(
        pushed_at=clock.now() - timedelta(seconds=3)
    )
    assert resend_commands() == 1
    assert Command.objects.get(attempt_id=stage.ana).pushes == 2


def test_the_sweep_ends_the_looks_of_dead_processes_and_only_those(stage: Stage) -> None:
    for attempt in (stage.ana, stage.ben):
        keep_views(stage.cast.ivo.pk, f"tab {attempt}", [attempt], sitting_id=stage.sitting)
    dead = WatchView.objects.filter(attempt_id=stage.ana)
    dead.update(seen_at=clock.now() - timedelta(minutes=5))
    assert end_views() == 1
    assert dead.get().ended_at is not None
    assert WatchView.objects.get(attempt_id=stage.ben).ended_at is None
