"""A file that is to be imported, against its specification."""

from typing import Final

from exams.domain.imports import IMPORT, ImportAction, ImportState
from kernel.tests.machines import differences, unnoticed

IMPORT_MOVES: Final = {
    (ImportState.READY, ImportAction.CHOOSE): ImportState.READY,
    (ImportState.READY, ImportAction.QUEUE): ImportState.QUEUED,
    (ImportState.READY, ImportAction.FINISH): ImportState.DONE,
    (ImportState.QUEUED, ImportAction.FINISH): ImportState.DONE,
    (ImportState.READY, ImportAction.REFUSE): ImportState.READY,
    (ImportState.QUEUED, ImportAction.REFUSE): ImportState.READY,
}


def test_an_import_is_as_specified_and_no_mutant_escapes() -> None:
    assert differences(IMPORT, ImportState.READY, IMPORT_MOVES) == []
    assert unnoticed(IMPORT, ImportState.READY, IMPORT_MOVES) == []
