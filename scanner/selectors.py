"""Reads of uploads: cards and what a page may say about one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Sum

from kernel import clock
from scanner.domain import Purpose, Verdict
from scanner.engines.base import NoEngine, bound_engine
from scanner.errors import UploadNotFound
from scanner.models import Upload
from scanner.readers import can_read_upload


@dataclass(frozen=True, slots=True)
class UploadCard:
    """One upload as other apps see it.

    Attributes:
        institution_id: The owner's.
        size: bytes.
        mime: Sniffed from the content.
        reason: Why it was infected or refused; empty otherwise.
    """

    id: UUID
    owner_id: int
    institution_id: int | None
    purpose: Purpose
    name: str
    size: int
    sha256: str
    mime: str
    state: Verdict
    reason: str
    received_at: datetime

    @property
    def is_clean(self) -> bool:
        """Whether its content may be given out."""
        return self.state is Verdict.CLEAN


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """A card with what the page must say while it waits: whether any scanner exists at all."""

    card: UploadCard
    has_scanner: bool


def upload_card(upload_id: UUID) -> UploadCard:
    """Return the card, without asking who wants to know.

    Raises:
        UploadNotFound: There is none.
    """
    upload = Upload.objects.select_related("owner").filter(pk=upload_id).first()
    if upload is None:
        raise UploadNotFound
    return card_of(upload)


def upload_cards(upload_ids: Iterable[UUID]) -> dict[UUID, UploadCard]:
    """Return cards by upload id; an unknown id is left out."""
    rows = Upload.objects.select_related("owner").filter(pk__in=list(upload_ids))
    return {row.pk: card_of(row) for row in rows}


def upload_status(upload_id: UUID, viewer: int) -> UploadStatus:
    """Return what the viewer (a user id) may know of the upload.

    Raises:
        UploadNotFound: There is none, or it is not this viewer's to see (one answer for both).
    """
    card = upload_card(upload_id)
    if not can_read_upload(
        viewer,
        upload_id=card.id,
        owner_id=card.owner_id,
        institution_id=card.institution_id,
        purpose=card.purpose,
    ):
        raise UploadNotFound
    return UploadStatus(card, has_scanner=has_scanner())


def has_scanner() -> bool:
    """Whether any scanner is bound; without one an upload waits and nobody can open it."""
    return bound_engine().name != NoEngine.name


def count_waiting(owner_id: int | None = None) -> int:
    """Return how many uploads wait for their verdict, of one owner or of all."""
    waiting = Upload.objects.filter(state__in=[Verdict.QUARANTINED, Verdict.SCANNING])
    return (waiting.filter(owner_id=owner_id) if owner_id is not None else waiting).count()


def count_bytes_today(owner_id: int) -> int:
    """Return the bytes that one owner sent within the last 24 hours, whatever became of them."""
    since = clock.now() - timedelta(days=1)
    sent = Upload.objects.filter(owner_id=owner_id, received_at__gt=since)
    total: int | None = sent.aggregate(total=Sum("size"))["total"]
    return total or 0


def card_of(upload: Upload) -> UploadCard:
    """Return the card of a row."""
    return UploadCard(
        id=upload.pk,
        owner_id=upload.owner_id,
        institution_id=upload.owner.institution_id,
        purpose=Purpose(upload.purpose),
        name=upload.name,
        size=upload.size,
        sha256=upload.sha256,
        mime=upload.mime,
        state=Verdict(upload.state),
        reason=upload.reason,
        received_at=upload.received_at,
    )
