"""`manage.py create_operator`: a site without the demo has a way in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User


def create(*words: str) -> str:
    """Make an operator; return the password that is printed."""
    said = StringIO()
    call_command("create_operator", *words, stdout=said)
    return said.getvalue().splitlines()[0].rpartition(" ")[2]


@pytest.mark.django_db
def test_the_operator_signs_in_with_the_printed_password_and_may_open_institutions(
    client: Client,
) -> None:
    password = create("Root@site.example", "Operator")
    form = {"institution": "", "login": "root@site.example", "password": password}
    assert client.post("/accounts/login/", form).status_code == 302
    assert client.get("/admin/accounts/institution/add/").status_code == 200
    assert User.objects.get().is_superuser


@pytest.mark.django_db
def test_an_address_that_is_taken_or_none_is_refused_with_a_sentence() -> None:
    create("root@site.example", "Operator")
    with pytest.raises(CommandError, match="belongs to somebody"):
        create("ROOT@site.example", "Operator")
    with pytest.raises(CommandError, match="no e-mail address"):
        create("root", "Operator")
    assert User.objects.count() == 1
