"""WebSocket entry of the `rt` role, and HTTP for `runserver`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "invigil.settings")

application = get_asgi_application()
