"""WebSockets under /ws/ for the `rt` role, and HTTP for `runserver`."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

from invigil.checks import refuse_unsafe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "invigil.settings")
refuse_unsafe_settings()
http = get_asgi_application()  # loads the apps; what follows may import them

from channels.routing import ProtocolTypeRouter  # noqa: E402 see above

from realtime.gateway import Gateway  # noqa: E402 see above
from realtime.node import current_node, stop_node  # noqa: E402 see above

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SOCKET_PATH = "/ws/"
_gateway = Gateway.as_asgi()


async def websocket(scope: Message, receive: Receive, send: Send) -> None:
    """Serve the one socket path; refuse the handshake of any other."""
    if scope["path"] == SOCKET_PATH:
        await _gateway(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.close"})


async def lifespan(scope: Message, receive: Receive, send: Send) -> None:
    """Start the hub before the first socket and stop it after the last, where servers say when."""
    del scope
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await current_node()
            await send({"type": "lifespan.startup.complete"})
        else:
            await stop_node()
            await send({"type": "lifespan.shutdown.complete"})
            return


application = ProtocolTypeRouter({"http": http, "websocket": websocket, "lifespan": lifespan})
