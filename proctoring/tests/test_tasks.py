from datetime import timedelta
from uuid import uuid4

from kernel import clock
from proctoring.domain.command import CommandKind
from proctoring.models import Command
from proctoring.services.commands import Order, issue_command
from proctoring.tasks import resend_commands
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
