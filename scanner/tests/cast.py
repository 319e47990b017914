"""An engine at the port boundary whose answers the test decides, and ways to send a file."""

import io
from pathlib import Path
from uuid import UUID

from accounts.models import User
from scanner import services
from scanner.engines.base import EngineUnavailable, Finding, ScanOutcome
from scanner.selectors import UploadCard
from scanner.storage import Readable


class Scripted:
    """An engine at the port boundary whose answers the test decides."""

    name = "scripted"

    def __init__(self, *answers: ScanOutcome | Exception, is_up: bool = True) -> None:
        self.answers = list(answers)
        self.is_up = is_up
        self.seen: list[bytes] = []

    def version(self) -> str:
        if not self.is_up:
            raise EngineUnavailable("down")
        return "Scripted 1"

    def scan(self, stream: Readable, size: int) -> ScanOutcome:
        self.seen.append(stream.read())
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


CLEAN = ScanOutcome(Finding.CLEAN)


def send(owner: User, content: bytes = b"an essay", name: str = "essay.txt") -> UploadCard:
    return services.receive_upload(
        owner_id=owner.pk,
        purpose="answer",
        name=name,
        stream=io.BytesIO(content),
        size=len(content),
    )


def replace_quarantined(root: Path, upload_id: UUID, content: bytes) -> None:
    (root / "quarantine" / str(upload_id)).write_bytes(content)
