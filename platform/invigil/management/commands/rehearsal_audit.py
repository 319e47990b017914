"""`manage.py rehearsal_audit SITTING`: what the database holds of a sitting, for comparison."""

import json

from django.core.management.base import BaseCommand, CommandParser

from invigil.demo.rehearsal import stored_sitting


class Command(BaseCommand):
    """Prints one JSON line: stored answers, grading, chat after the lock."""

    help = "Print what is stored of a sitting, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the sitting."""
        parser.add_argument("sitting", type=int)

    def handle(self, *args: object, **options: object) -> None:
        """Read and print."""
        del args
        self.stdout.write(json.dumps(stored_sitting(int(str(options["sitting"])))))
