"""The real application with its own topics, and with less patience, for tests that cut sockets."""

import os
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from realtime import leases, presence, roster

application = import_string(settings.ASGI_APPLICATION)

layers: Any = settings.CHANNEL_LAYERS
layers["default"]["CONFIG"]["prefix"] = os.environ["TEST_PREFIX"]
presence.SILENCE_S = 1.0  # type: ignore[misc] # shorter in this process alone
presence.GRACE_S = 1.0  # type: ignore[misc] # as above
roster.RENEW_S = 0.5  # type: ignore[misc] # as above
leases.LEASE_S = 1  # type: ignore[misc] # as above
