"""HTTP entry of the `web` role."""

import os

from django.core.wsgi import get_wsgi_application

from invigil.checks import refuse_unsafe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "invigil.settings")

refuse_unsafe_settings()
_site = get_wsgi_application()

from invigil.savelane import SaveLane  # noqa: E402 needs the apps to be loaded

application = SaveLane(_site)
