"""`manage.py seed_demo`: make the demo school, and say who can sign in and what happens when."""

from django.core.management.base import BaseCommand, CommandParser

from invigil.demo.people import INSTITUTION_CODE, PASSWORD, STAFF, STUDENTS, email_of
from invigil.demo.school import School, exists, make_school


class Command(BaseCommand):
    """Prints the logins and the timetable of the demo."""

    help = "Make the demo school."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch for databases that hold it already."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing when it is there")

    def handle(self, *args: object, **options: object) -> None:
        """Make it, unless it is there."""
        del args
        if exists():
            if not options["if_empty"]:
                self.stderr.write("The demo school is in this database already.")
            self._print_logins()
            return
        school = make_school()
        self._print_logins()
        self._print_times(school)

    def _print_logins(self) -> None:
        first = STUDENTS["10a"][0].login
        last = STUDENTS["10b"][-1].login
        write = self.stdout.write
        write(f"Demo logins (password of everybody: {PASSWORD})")
        write(f"  students     institution {INSTITUTION_CODE}, number {first} … {last}")
        for person in STAFF:
            roles = ", ".join(role.replace("_", " ") for role in person.roles)
            write(f"  {email_of(person):<28} {roles}")

    def _print_times(self, school: School) -> None:
        write = self.stdout.write
        write("Timetable")
        write(f"  {school.starts_at:%H:%M:%S} UTC  the term exam of class 10 A starts by itself")
        write("  now           a practice exam of class 10 B is over and waits for its grader")
