"""What others may hear of the scanner."""

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True, slots=True)
class UploadCleared(Event):
    """The upload was found clean; it can be opened from now on."""

    upload_id: UUID
    purpose: str


@dataclass(frozen=True, slots=True)
class UploadRejected(Event):
    """The upload is infected or refused; its content will never be given out."""

    upload_id: UUID
    purpose: str
