"""`manage.py prepare`: tables and demo in one process; only the demo's story is printed."""

import io

import pytest
from django.core.management import call_command

from accounts.models import Institution

pytestmark = pytest.mark.django_db


def prepare(*words: str) -> str:
    out = io.StringIO()
    call_command("prepare", *words, stdout=out)
    return out.getvalue()


def test_without_the_demo_nothing_is_made_and_the_way_in_is_told() -> None:
    assert "create_operator" in prepare("--empty")
    assert not Institution.objects.exists()


def test_the_demo_is_made_once_and_tells_its_story_each_time() -> None:
    assert "Demo logins" in prepare()
    made = Institution.objects.count()
    assert made > 0
    assert "Demo logins" in prepare()
    assert Institution.objects.count() == made
