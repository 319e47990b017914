"""`manage.py seed_demo`: make the demo school, and say who can sign in and what happens when."""

from django.core.management.base import BaseCommand, CommandParser

from invigil.demo import school
from invigil.demo.people import INSTITUTION_CODE, PASSWORD, STAFF, STUDENTS, email_of


class Command(BaseCommand):
    """Prints the logins and the timetable of the demo."""

    help = (
        "Make the demo school; where it is there already, schedule its exam anew when it is over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch that the launcher uses."""
        parser.add_argument("--if-empty", action="store_true", help="say nothing when it is there")

    def handle(self, *args: object, **options: object) -> None:
        """Make it, or see that something comes next."""
        del args
        if not school.is_there():
            school.make_school()
        elif not options["if_empty"]:
            self.stderr.write("The demo school is in this database already.")
        if school.upcoming() is None:
            school.schedule_again()
        self._print_logins()
        self._print_times()

    def _print_logins(self) -> None:
        first = STUDENTS["10a"][0].login
        last = STUDENTS["10a"][-1].login
        write = self.stdout.write
        write(f"Demo logins (password of everybody: {PASSWORD})")
        write(
            f"  students     institution {INSTITUTION_CODE}, number {first} … {last} (class 10 A)"
        )
        for person in STAFF:
            roles = ", ".join(role.replace("_", " ") for role in person.roles)
            write(f"  {email_of(person):<28} {roles}")

    def _print_times(self) -> None:
        sitting = school.upcoming()
        if sitting is None:
            return
        write = self.stdout.write
        lobby, start, end = (
            at.astimezone().strftime("%H:%M:%S")
            for at in (sitting.lobby_opens_at, sitting.starts_at, sitting.closes_at)
        )
        write(f"What happens when ({sitting.starts_at.astimezone():%Z})")
        write(f"  {lobby}  lobby of “{sitting.title}” opens for class 10 A; its chat locks")
        write(f"  {start}  the exam starts by itself")
        write(f"  {end}  it closes")
        write("  now       an earlier exam of class 10 B is graded and released")
