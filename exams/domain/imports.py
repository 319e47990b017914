"""The life of a file that is to be imported, and the names of its job (pure)."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from kernel.machine import Machine

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


class ImportAction(StrEnum):
    """What may happen to it. `choose` notes how it is written at once, `queue` that a job does it."""

    CHOOSE = "choose"
    QUEUE = "queue"
    FINISH = "finish"
    REFUSE = "refuse"


IMPORT: Final[Machine[ImportState, ImportAction]] = Machine(
    name="import",
    start=ImportState.READY,
    moves={
        (ImportState.READY, ImportAction.CHOOSE): ImportState.READY,
        (ImportState.READY, ImportAction.QUEUE): ImportState.QUEUED,
        (ImportState.READY, ImportAction.FINISH): ImportState.DONE,
        (ImportState.QUEUED, ImportAction.FINISH): ImportState.DONE,
        (ImportState.READY, ImportAction.REFUSE): ImportState.READY,
        (ImportState.QUEUED, ImportAction.REFUSE): ImportState.READY,
    },
    ends=frozenset({ImportState.DONE}),
)
