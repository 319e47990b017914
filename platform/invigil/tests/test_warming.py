"""What a web process has ready before its first request."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext

from invigil.warming import TEMPLATES, warm_up

ROOT = Path(__file__).resolve().parents[3]
ASK = """
import invigil.wsgi
from django.utils.translation import trans_real
from kernel import outbox
print(sorted(trans_real._translations), "exams.grade_attempt" in outbox._queues)
"""


def test_the_application_knows_its_languages_and_jobs_when_it_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "['en', 'fa'] True"


@pytest.mark.django_db
def test_no_connection_is_opened_that_forked_processes_would_share() -> None:
    with CaptureQueriesContext(connection) as seen:
        warm_up()
    assert len(seen) == 0


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_named_templates_exist(name: str) -> None:
    assert get_template(name).template.name == name  # type: ignore[attr-defined] # of this engine
