"""`manage.py create_operator ADDRESS NAME`: the first person of a site without the demo."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import EmailTaken
from accounts.services.passwords import new_password
from accounts.services.people import create_user


class Command(BaseCommand):
    """Prints a first password, once; operators open institutions and make their administrators."""

    help = "Make an operator of the whole site and print a first password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add who it is."""
        parser.add_argument("address", help="e-mail address, the way to sign in")
        parser.add_argument("name", help="full name")

    def handle(self, *args: object, **options: object) -> None:
        """Make the person."""
        del args
        address, password = str(options["address"]), new_password()
        if "@" not in address:
            raise CommandError(f"{address!r} is no e-mail address.")
        try:
            create_user(
                institution_id=None,
                full_name=str(options["name"]),
                email=address,
                password=password,
                is_operator=True,
                actor_id=None,
            )
        except EmailTaken:
            raise CommandError(f"{address} belongs to somebody already.") from None
        self.stdout.write(f"First password of {address}: {password}")
        self.stdout.write("Open institutions at /admin/, then make their administrators in People.")
