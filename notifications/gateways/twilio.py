"""Twilio Programmable Messaging. Its POST has no idempotency key, so doubt is never retried."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped] # no types
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped] # no types
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # no types
from twilio.rest import Client  # type: ignore[import-untyped] # no types
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)

from notifications.gateways.base import (
    BadSignature,
    GatewayError,
    Incoming,
    Outgoing,
    Report,
    Sent,
    StatusReport,
)

TIMEOUT_SECONDS: Final = 8.0
OPTED_OUT: Final = 21610  # "Attempt to send to unsubscribed recipient"
_NEVER_LEFT: Final = (
    NewConnectionError,
    ConnectTimeoutError,
    NameResolutionError,
    ssl.SSLCertVerificationError,
)
_REPORTS: Final = {
    **dict.fromkeys(
        ("accepted", "scheduled", "queued", "sending", "sent", "receiving", "received"),
        Report.ACCEPTED,
    ),
    **dict.fromkeys(("delivered", "read", "partially_delivered"), Report.DELIVERED),
    **dict.fromkeys(("undelivered", "failed", "canceled"), Report.UNDELIVERED),
}


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Whose messages they are.

    Attributes:
        sender: A messaging service (`MG…`) or a number in E.164.
    """

    sid: str
    token: str
    sender: str


class TwilioGateway:
    """Sends through one Twilio account."""

    name = "twilio"

    def __init__(self, account: TwilioAccount, *, http: TwilioHttpClient | None = None) -> None:
        self._account = account
        self._client = Client(
            account.sid,
            account.token,
            http_client=http or TwilioHttpClient(timeout=TIMEOUT_SECONDS, max_retries=0),
        )
        self._validator = RequestValidator(account.token)

    def send(self, message: Outgoing) -> str:
        """Hand one message to Twilio; see SmsGateway."""
        options = {"status_callback": message.report_url} if message.report_url else {}
        try:
            accepted = self._client.messages.create(
                to=message.to, body=message.body, **self._sender(), **options
            )
        except TwilioRestException as error:
            raise _refusal(error) from error
        except requests.RequestException as error:
            raise _broken(error) from error
        except (TwilioException, ValueError, KeyError, TypeError) as error:
            raise GatewayError(f"unreadable answer: {error}", sent=Sent.UNKNOWN) from error
        if not accepted.sid:
            raise GatewayError("answer without an id", sent=Sent.UNKNOWN)
        return str(accepted.sid)

    def find(self, to: str, body: str, *, since: datetime) -> list[StatusReport]:
        """Return Twilio's records of this text to this number since then."""
        try:
            # By number only: a queued message has no sending date yet, and must not be overlooked.
            records = self._client.messages.list(to=to, limit=100)
        except (TwilioException, requests.RequestException) as error:
            raise GatewayError(f"records not readable: {error}", sent=Sent.UNKNOWN) from error
        return [
            StatusReport(record.sid, _report(str(record.status)), _code(record.error_code))
            for record in records
            if record.direction != "inbound"
            and str(record.body).endswith(body)  # a trial account puts words before it
            and record.date_created >= since
        ]

    def read_report(self, url: str, form: Mapping[str, str], signature: str) -> StatusReport:
        """Verify and read Twilio's status callback."""
        self._verify(url, form, signature)
        return StatusReport(
            form.get("MessageSid", ""),
            _report(form.get("MessageStatus", "")),
            _code(form.get("ErrorCode")),
        )

    def read_incoming(self, url: str, form: Mapping[str, str], signature: str) -> Incoming:
        """Verify and read a message to our number."""
        self._verify(url, form, signature)
        return Incoming(form.get("From", ""), form.get("Body", ""))

    def _verify(self, url: str, form: Mapping[str, str], signature: str) -> None:
        if not self._validator.validate(url, dict(form), signature):
            raise BadSignature

    def _sender(self) -> dict[str, str]:
        sender = self._account.sender
        kind = "messaging_service_sid" if sender.startswith("MG") else "from_"
        return {kind: sender}


def _refusal(error: TwilioRestException) -> GatewayError:
    """Sort an answer of Twilio: 4xx was surely not sent, 5xx may have been."""
    detail, code = str(error.msg)[:200], _code(error.code)
    if error.status >= 500:
        return GatewayError(detail, sent=Sent.UNKNOWN, code=code)
    # Wrong credentials (401, 403), a wrong account (404) and "too many" say nothing about the
    # recipient: they pass once somebody mends the settings, or with time.
    permanent = error.status not in {401, 403, 404, 408, 429}
    return GatewayError(
        detail, sent=Sent.NO, permanent=permanent, code=code, opted_out=error.code == OPTED_OUT
    )


def _broken(error: requests.RequestException) -> GatewayError:
    """Sort a failure on the way: only one before the connection stood was surely not sent."""
    cause: object = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    inner = getattr(cause, "args", (None,))
    never_left = isinstance(cause, _NEVER_LEFT) or (
        bool(inner) and isinstance(inner[0], ssl.SSLCertVerificationError)
    )
    return GatewayError(
        type(error).__name__, sent=Sent.NO if never_left else Sent.UNKNOWN, code="network"
    )


def _report(status: str) -> Report:
    return _REPORTS.get(status.lower(), Report.ACCEPTED)


def _code(value: object) -> str:
    return str(value) if value else ""
