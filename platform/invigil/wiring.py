"""THE page: event → handlers, topic → handler, port → adapter. Nothing else binds anything.

Add a line to the table that fits; handlers of one event run in the order of the lines, inside the
transaction of whoever emits.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.conf import settings

from chat import handlers as chat, home as chat_home
from chat.selectors import is_closed_attachment, may_read_attachment
from chat.topics import ChatTopic
from exams import home as exams_home
from exams.events import (
    AttemptEnded,
    CandidateRegistered,
    LeaseMoved,
    LedgerChanged,
    SittingClosed,
    SittingEndedEarly,
    SittingLobbyOpened,
    SittingMoved,
    SittingOpened,
)
from exams.policies import may_read_answer_file, may_see_image
from exams.topics import AttemptTopic, SittingTopic
from exams.watching import bind_watch_rule
from invigil import frame
from kernel.events import Event, bus
from notifications import home as notices_home
from notifications.gateways.base import ConsoleGateway, SmsGateway, bind_gateway
from notifications.gateways.twilio import TwilioAccount, TwilioGateway
from notifications.handlers import cancel_notices_of_sitting, follow_moved_sitting
from proctoring import handlers as proctoring, home as proctoring_home
from proctoring.media import binding as media
from proctoring.media.embedded import EmbeddedEngine
from proctoring.policies import watchable_among
from proctoring.topics import MediaTopic, WallTopic, WatchTopic
from realtime.events import PresenceChanged
from realtime.publish import publish
from realtime.topics import TopicHandler, register
from scanner.domain import Purpose
from scanner.engines.base import NoEngine, ScanEngine, bind_engine
from scanner.engines.clamav import ClamavAddress, ClamavEngine
from scanner.events import UploadCleared, UploadRejected
from scanner.readers import bind_bar, bind_reader
from web import home, nav

# ── Event → handler ─────────────────────────────────────────────────────────────────────────
EVENTS: Final[Sequence[tuple[type[Event], Callable[[Any], None]]]] = (
    (SittingLobbyOpened, chat.lock_for_lobby),
    (SittingOpened, chat.lock_for_start),
    (CandidateRegistered, chat.lock_for_candidate),
    (SittingClosed, chat.release_after_close),
    (AttemptEnded, chat.release_after_attempt),
    (UploadCleared, chat.note_cleared_file),
    (UploadRejected, chat.note_rejected_file),
    (SittingLobbyOpened, proctoring.show_sitting),
    (SittingOpened, proctoring.show_sitting),
    (SittingClosed, proctoring.show_sitting),
    (SittingMoved, proctoring.show_sitting),
    (SittingEndedEarly, proctoring.show_sitting),
    (AttemptEnded, proctoring.end_watching),
    (LedgerChanged, proctoring.tell_ledger),
    (LeaseMoved, proctoring.note_second_device),
    (PresenceChanged, proctoring.show_presence),
    (PresenceChanged, proctoring.note_connection),
    (SittingClosed, cancel_notices_of_sitting),
    (SittingMoved, follow_moved_sitting),
)

# ── Topic → handler (one instance per process) ──────────────────────────────────────────────
TOPICS: Final[Sequence[Callable[[], TopicHandler]]] = (
    AttemptTopic,
    SittingTopic,
    WallTopic,
    WatchTopic,
    MediaTopic,
    ChatTopic,
)


def bind() -> None:
    """Bind everything; called once per process after the apps are loaded."""
    for event_type, handler in EVENTS:
        bus.bind(event_type, handler)
    for make_handler in TOPICS:
        register(make_handler())
    bind_ports()
    bind_pages()


# ── Page → what the apps add to it ──────────────────────────────────────────────────────────
def bind_pages() -> None:
    """Let each app add its entries to the navigation and its cards to the home page."""
    frame.register()
    for item in exams_home.NAV:
        nav.register(item)
    home.register(exams_home.cards)
    nav.register(proctoring_home.NAV)
    home.register(proctoring_home.cards)
    nav.register(chat_home.NAV)
    home.register(chat_home.cards)
    nav.register(notices_home.NAV)
    home.register(notices_home.cards)


# ── Port → adapter ──────────────────────────────────────────────────────────────────────────
def bind_ports() -> None:
    """Choose an adapter for every port."""
    bind_engine(scan_engine())
    bind_gateway(sms_gateway())
    bind_watch_rule(watchable_among)
    bind_reader(Purpose.ANSWER, may_read_answer_file)
    bind_reader(Purpose.QUESTION, may_see_image)
    bind_reader(Purpose.CHAT, may_read_attachment)
    bind_bar(Purpose.CHAT, is_closed_attachment)
    media.bind(lambda: EmbeddedEngine(settings.REDIS_URL), publish)


def scan_engine() -> ScanEngine:
    """Return ClamAV where one is named in the settings; else the engine that checks nothing."""
    if not (settings.CLAMD_SOCKET or settings.CLAMD_HOST):
        return NoEngine()
    address = ClamavAddress(
        path=settings.CLAMD_SOCKET, host=settings.CLAMD_HOST, port=settings.CLAMD_PORT
    )
    return ClamavEngine(address, max_bytes=settings.MAX_UPLOAD_BYTES)


def sms_gateway() -> SmsGateway:
    """Return Twilio where its account is set; else the gateway that writes to the log."""
    sender = settings.TWILIO_MESSAGING_SERVICE_SID or settings.TWILIO_FROM
    if not (settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN and sender):
        return ConsoleGateway()
    account = TwilioAccount(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, sender)
    return TwilioGateway(account)
