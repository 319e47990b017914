"""What a web process does before its first request, so that nobody's first click pays for it.

Django, its templates and Celery are made ready lazily, by the first request that needs a part: it
then waits for most of a second, in every process. Gunicorn loads the application once and forks, so
what is done here is done once and its memory is shared.
"""

from celery import current_app
from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from kernel.outbox import load_jobs

TEMPLATES = (
    "account/login.html",
    "web/base.html",
    "web/home.html",
    "exams/lobby.html",
    "exams/room.html",
    "exams/receipt.html",
)


def warm_up() -> None:
    """Read the addresses, texts, jobs and the templates of the pages that a hall opens at once.

    Needs: no database; a connection must not be shared by the processes that are forked later.
    """
    reverse("account_login")
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("Save")
    for name in TEMPLATES:
        get_template(name)
    load_jobs()
    with current_app.connection_for_write() as broker:
        broker.get_transport_cls()  # only loads it: nothing connects here
