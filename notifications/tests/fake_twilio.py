"""A loopback server that speaks Twilio's HTTP, at the port's boundary. Its ledger is the judge."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit, urlunsplit

from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped] # no types

from notifications.gateways.twilio import TwilioAccount, TwilioGateway

SID = "AC" + "0" * 32
TOKEN = "token-of-the-tests"
SENDER = "+15005550006"


class LoopbackClient(TwilioHttpClient):  # type: ignore[misc] # no types
    """Sends every request to the fake instead of api.twilio.com; nothing else is changed."""

    def __init__(self, port: int, timeout: float) -> None:
        super().__init__(timeout=timeout, max_retries=0)
        self.origin = ("http", f"127.0.0.1:{port}")

    def request(self, method: str, url: str, *rest: Any, **options: Any) -> Any:
        parts = urlsplit(url)
        return super().request(
            method, urlunsplit((*self.origin, parts.path, parts.query, "")), *rest, **options
        )


@dataclass
class Accepted:
    """One message the provider took: it will arrive at somebody's phone."""

    sid: str
    to: str
    body: str
    callback: str
    at: datetime


@dataclass
class FakeTwilio:
    """Answers by script; without one it accepts everything.

    A mood is a function of the handler; `accept` inside a mood puts the message into the ledger.
    """

    ledger: list[Accepted] = field(default_factory=list)
    requests: int = 0
    moods: list[Callable[["Handler"], None]] = field(default_factory=list)
    records_are_down: bool = False

    def __enter__(self) -> Self:
        bound = type("Bound", (Handler,), {"twilio": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=lambda: self._server.serve_forever(poll_interval=0.02), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def gateway(self, timeout: float = 2.0) -> TwilioGateway:
        account = TwilioAccount(SID, TOKEN, SENDER)
        return TwilioGateway(account, http=LoopbackClient(self.port, timeout))

    def sent_to(self, phone: str) -> list[Accepted]:
        return [each for each in self.ledger if each.to == phone]


class Handler(BaseHTTPRequestHandler):
    """One request to the fake."""

    twilio: FakeTwilio
    form: dict[str, str]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        fields = parse_qs(self.rfile.read(length).decode(), keep_blank_values=True)
        self.form = {name: values[0] for name, values in fields.items()}
        self.twilio.requests += 1
        mood = self.twilio.moods.pop(0) if self.twilio.moods else accepts
        mood(self)

    def do_GET(self) -> None:
        if self.twilio.records_are_down:
            self.answer(503, {"code": 20503, "message": "try later", "status": 503})
            return
        wanted = parse_qs(urlsplit(self.path).query).get("To", [""])[0]
        found = [as_record(each) for each in self.twilio.sent_to(wanted)]
        page = {"messages": found, "page": 0, "page_size": 50, "next_page_uri": None}
        self.answer(200, page)

    def accept(self) -> Accepted:
        number = len(self.twilio.ledger) + 1
        taken = Accepted(
            sid=f"SM{number:032x}",
            to=self.form["To"],
            body=self.form["Body"],
            callback=self.form.get("StatusCallback", ""),
            at=datetime.now(UTC),  # noqa: TID251 the provider has its own clock
        )
        self.twilio.ledger.append(taken)
        return taken

    def answer(self, status: int, body: object) -> None:
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 http.server's name
        del format, args


def as_record(taken: Accepted) -> dict[str, Any]:
    return {
        "sid": taken.sid,
        "status": "sent",
        "to": taken.to,
        "from": SENDER,
        "body": taken.body,
        "direction": "outbound-api",
        "error_code": None,
        "date_created": format_datetime(taken.at),
        "date_sent": None,
    }


def accepts(handler: Handler) -> None:
    handler.answer(201, {**as_record(handler.accept()), "status": "queued"})


def refuses(status: int, code: int = 20001) -> Callable[[Handler], None]:
    def mood(handler: Handler) -> None:
        handler.answer(status, {"code": code, "message": f"error {code}", "status": status})

    return mood


def fails_after_accepting(handler: Handler) -> None:
    handler.accept()
    handler.answer(500, {"code": 20500, "message": "internal", "status": 500})


def hangs_up_after_accepting(handler: Handler) -> None:
    handler.accept()
    handler.close_connection = True
    handler.connection.shutdown(2)


def answers_late_after_accepting(handler: Handler) -> None:
    handler.accept()
    time.sleep(1.0)  # longer than the time limit of the test's client


def answers_late_without_accepting(handler: Handler) -> None:
    del handler
    time.sleep(1.0)


def answers_nonsense(handler: Handler) -> None:
    handler.accept()
    handler.answer(201, "<html>a proxy's own page</html>")
