"""The Celery application."""

import logging

from celery.app.log import Logging

from invigil.celery import SCHEDULE, app


def test_a_worker_keeps_our_logging() -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    Logging(app).setup_logging_subsystem(loglevel="ERROR")
    assert (root.level, list(root.handlers)) == before


def test_everything_on_the_schedule_exists() -> None:
    app.loader.import_default_modules()
    missing = {entry["task"] for entry in SCHEDULE.values()} - set(app.tasks)
    assert missing == set()
