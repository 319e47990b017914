"""`manage.py rehearsal_sitting`: a sitting of the demo exam with as many candidates as wanted."""

from datetime import timedelta

import msgspec
from django.core.management.base import BaseCommand, CommandParser

from invigil.demo.rehearsal import make_sitting


class Command(BaseCommand):
    """Prints one JSON line: the sitting, its people and their logins."""

    help = "Make a sitting for a rehearsal and print who takes part, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add how many, how soon, how long."""
        parser.add_argument("--students", type=int, default=30, help="how many candidates")
        parser.add_argument("--lead", type=int, default=30, help="seconds until the start")
        parser.add_argument("--lobby", type=int, default=15, help="seconds of it in the lobby")
        parser.add_argument("--minutes", type=float, default=5, help="working time, minutes")

    def handle(self, *args: object, **options: object) -> None:
        """Make the sitting."""
        del args
        cast = make_sitting(
            students=int(str(options["students"])),
            lead=timedelta(seconds=int(str(options["lead"]))),
            lobby=timedelta(seconds=int(str(options["lobby"]))),
            working_time=timedelta(minutes=float(str(options["minutes"]))),
        )
        self.stdout.write(msgspec.json.encode(cast).decode())
