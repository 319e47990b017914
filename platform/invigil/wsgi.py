"""HTTP entry of the `web` role."""

import os

from django.core.wsgi import get_wsgi_application

from invigil.checks import refuse_unsafe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "invigil.settings")

refuse_unsafe_settings()
_site = get_wsgi_application()

from invigil.examlane import ExamLane  # noqa: E402 needs the apps to be loaded
from invigil.warming import warm_up  # noqa: E402 as above

warm_up()
application = ExamLane(_site)
