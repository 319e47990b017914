"""`manage.py rehearsal_sitting`: how long before the start the lobby opens."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from exams.selectors.sittings import sitting_view
from invigil.demo import school


@pytest.mark.django_db
@pytest.mark.parametrize(("told", "lobby"), [([], 15), (["--lobby=10"], 10)])
def test_the_lobby_is_as_long_as_it_is_told(told: list[str], lobby: int) -> None:
    school.make_school()
    printed = StringIO()
    call_command("rehearsal_sitting", "--students=1", "--lead=60", *told, stdout=printed)
    sitting = sitting_view(json.loads(printed.getvalue())["sitting"])
    assert sitting.starts_at - sitting.lobby_opens_at == timedelta(seconds=lobby)
