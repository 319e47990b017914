"""The port to SMS providers, and the gateway of a site that has none: the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import uuid4

import structlog

from notifications.domain.numbers import masked

log = structlog.get_logger(__name__)


class Sent(StrEnum):
    """Whether the message can have left, after a failure."""

    NO = "no"
    UNKNOWN = "unknown"


class GatewayError(Exception):
    """The provider did not accept the message, or nobody knows.

    Attributes:
        sent: NO allows another try; UNKNOWN never does by itself.
        permanent: No later try can succeed for this recipient.
        code: The provider's own code, for the board.
        opted_out: The owner of the number asked the provider for no more messages.
    """

    def __init__(
        self,
        detail: str,
        *,
        sent: Sent,
        permanent: bool = False,
        code: str = "",
        opted_out: bool = False,
    ) -> None:
        super().__init__(detail)
        self.sent = sent
        self.permanent = permanent
        self.code = code
        self.opted_out = opted_out


class Report(StrEnum):
    """What became of an accepted message."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send.

    Attributes:
        to: E.164.
        report_url: Where reports may be sent; empty when this site cannot be reached.
    """

    to: str
    body: str
    report_url: str = ""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A verified report, or a record found at the provider."""

    provider_id: str
    report: Report
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A verified message from a phone."""

    sender: str
    text: str


class BadSignature(Exception):
    """The request does not come from the provider."""


class SmsGateway(Protocol):
    """Sends one SMS at a time; every failure says whether the message can have left."""

    name: str

    def send(self, message: Outgoing) -> str:
        """Return the provider's id of the accepted message.

        Raises:
            GatewayError: Not accepted, or not known.
        """

    def find(self, to: str, body: str, *, since: datetime) -> list[StatusReport]:
        """Return the provider's records of such a message, for those whose answer was lost.

        Raises:
            GatewayError: The records cannot be read now.
        """

    def read_report(self, url: str, form: Mapping[str, str], signature: str) -> StatusReport:
        """Verify and read a status report.

        Raises:
            BadSignature: Not signed by the provider for exactly this address and form.
        """

    def read_incoming(self, url: str, form: Mapping[str, str], signature: str) -> Incoming:
        """Verify and read a message that somebody sent to us.

        Raises:
            BadSignature: Not signed by the provider for exactly this address and form.
        """


class ConsoleGateway:
    """Writes each message to the server's log: for sites without a provider. Pages say so."""

    name = "console"

    def send(self, message: Outgoing) -> str:
        """Write the message to the log."""
        provider_id = f"LOG{uuid4().hex}"
        log.info("sms.written", number=masked(message.to), sms=message.body)
        return provider_id

    def find(self, to: str, body: str, *, since: datetime) -> list[StatusReport]:
        """Return nothing: writing to the log has no unknown end."""
        del to, body, since
        return []

    def read_report(self, url: str, form: Mapping[str, str], signature: str) -> StatusReport:
        """Refuse: the log sends no reports."""
        del url, form, signature
        raise BadSignature

    def read_incoming(self, url: str, form: Mapping[str, str], signature: str) -> Incoming:
        """Refuse: nobody can answer the log."""
        del url, form, signature
        raise BadSignature


class _Port:
    gateway: SmsGateway = ConsoleGateway()


def bind_gateway(gateway: SmsGateway) -> None:
    """Choose the gateway of this process; called by invigil/wiring.py."""
    _Port.gateway = gateway


def bound_gateway() -> SmsGateway:
    """Return the gateway chosen at start; the console until then."""
    return _Port.gateway
