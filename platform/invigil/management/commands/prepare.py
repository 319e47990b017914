"""`manage.py prepare`: bring the tables up to date and fill an empty database, in one process."""

from typing import Final

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

FIRST_PERSON: Final = 'First person: python3 run.py manage create_operator ADDRESS "NAME"'


class Command(BaseCommand):
    """Tables, then the demo school; what the second says is all that is printed."""

    help = "Bring the tables up to date and make the demo school in an empty database."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch for a database without the demo."""
        parser.add_argument("--empty", action="store_true", help="no demo school")

    def handle(self, *args: object, **options: object) -> None:
        """Run both commands."""
        del args
        call_command("migrate", interactive=False, verbosity=0)
        if options["empty"]:
            self.stdout.write(FIRST_PERSON)
        else:
            call_command("seed_demo", "--if-empty", stdout=self.stdout)
