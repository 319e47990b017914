"""The Celery application: queues and the beat schedule. Settings come from Django's CELERY_*."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "invigil.settings")

app = Celery("invigil")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep-outbox": {"task": "kernel.sweep_outbox", "schedule": 2.0, "options": {"expires": 10}},
    "exam-clock": {"task": "exams.tick", "schedule": 1.0, "options": {"expires": 3}},
    "beat-worker": {"task": "monitoring.beat_worker", "schedule": 5.0, "options": {"expires": 10}},
    "resend-commands": {
        "task": "proctoring.resend_commands",
        "schedule": 2.0,
        "options": {"expires": 4},
    },
    "end-silent-views": {
        "task": "proctoring.end_silent_views",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "requeue-scans": {
        "task": "scanner.requeue_waiting",
        "schedule": 10.0,
        "options": {"expires": 20, "queue": "scans"},
    },
    "purge-uploads": {
        "task": "scanner.purge_old",
        "schedule": 3600.0,
        "options": {"expires": 1800, "queue": "scans"},
    },
    "purge-imports": {
        "task": "exams.purge_imports",
        "schedule": 3600.0,
        "options": {"expires": 1800},
    },
    "send-notices": {
        "task": "notifications.send_due",
        "schedule": 10.0,
        "options": {"expires": 20, "queue": "notices"},
    },
    "reconcile-notices": {
        "task": "notifications.reconcile_unknown",
        "schedule": 60.0,
        "options": {"expires": 90, "queue": "notices"},
    },
}
app.conf.beat_schedule = SCHEDULE


@setup_logging.connect
def keep_logging(**options: object) -> None:
    """Leave logging as monitoring.logging has set it up.

    Without any receiver Celery adds a handler of its own and raises the level of the root logger
    to WARNING: what a worker does would leave no line.
    """
    del options
