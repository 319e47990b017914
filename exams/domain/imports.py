"""The life of a file that is to be imported, and the names of its job (pure)."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

IMPORT_TASK: Final = "exams.import_file"
IMPORT_QUEUE: Final = "default"
LARGE: Final = 500  # questions; from here on a job writes them, and the page shows how far it is
KEPT_FOR: Final = timedelta(days=1)
MOST_PER_PERSON: Final = 20


class ImportState(StrEnum):
    """Where a file stands. What cannot be written is ready again, with the reason."""

    READY = "ready"
    QUEUED = "queued"
    DONE = "done"
