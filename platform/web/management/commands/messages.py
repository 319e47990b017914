"""`manage.py messages`: bring the catalogues up to date, compile them, or check them."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from web.catalogue import books, compiled
from web.catalogue.sources import NotLiteral


class Command(BaseCommand):
    """Finds the texts of the sources, updates the .po files and compiles them, all by Babel."""

    help = "Update and compile the message catalogues; with --check only say what is missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; fail when a text is missing or fuzzy",
        )
        parser.add_argument("--compile", action="store_true", help="only compile the .po files")

    def handle(self, *args: object, **options: object) -> None:
        """Run the command."""
        del args
        try:
            self._run(check=bool(options["check"]), only_compile=bool(options["compile"]))
        except NotLiteral as error:
            raise CommandError(str(error)) from None

    def _run(self, *, check: bool, only_compile: bool) -> None:
        if check:
            found = books.faults()
            if found:
                raise CommandError("\n".join([*found, f"{len(found)} texts to mend."]))
            self.stdout.write("Every text is translated.")
            return
        if not only_compile:
            for path in books.make():
                self.stdout.write(f"updated {path}")
        for path in compiled.po_files():
            self.stdout.write(f"compiled {compiled.compile_one(path)}")
