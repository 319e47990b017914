"""Counters of the real-time plane; monitoring exposes them with those of all processes."""

from typing import Final

from prometheus_client import Counter, Gauge

SOCKETS: Final = Gauge(
    "invigil_sockets", "Open sockets of this process.", multiprocess_mode="livesum"
)
CLOSED: Final = Counter("invigil_sockets_closed_total", "Sockets closed by us.", ["code"])
REQUESTS: Final = Counter("invigil_socket_requests_total", "Requests taken.", ["kind", "outcome"])
DELIVERED: Final = Counter("invigil_socket_frames_total", "Frames handed to sockets.")
GAPS: Final = Counter("invigil_socket_gaps_total", "Gaps announced to clients.", ["reason"])
PUBLISHED: Final = Counter("invigil_published_total", "Messages handed to the layer.")
PUBLISH_LOST: Final = Counter(
    "invigil_publish_lost_total", "Messages that never reached the layer.", ["reason"]
)
LAYER_FAULTS: Final = Counter("invigil_layer_faults_total", "Faults of the layer seen by the hub.")
PRESENCE: Final = Counter("invigil_presence_total", "Changes of presence.", ["state"])
PRESENCE_UNTOLD: Final = Counter(
    "invigil_presence_untold_total", "Changes of presence that could not be told."
)
LOOP_LAG: Final = Gauge(
    "invigil_loop_lag_seconds", "Latest lag of the event loop.", multiprocess_mode="livemax"
)
