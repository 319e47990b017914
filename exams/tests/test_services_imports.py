from datetime import timedelta
from uuid import UUID

import pytest

from exams.domain.imports import (
    IMPORT_TASK,
    KEPT_FOR,
    MOST_PER_PERSON,
    ImportAction,
    ImportState,
)
from exams.domain.outline_diff import ImportMode
from exams.errors import ExamFrozen, ImportOver, ImportUnknown
from exams.models import ImportFile
from exams.services import imports
from exams.services.outlines import Written
from exams.tests.conftest import Cast
from exams.tests.test_domain_imports import IMPORT_MOVES
from kernel import clock
from kernel.models import OutboxEntry
from kernel.tests.machines import disagreements, moves_of_row

pytestmark = pytest.mark.django_db


def kept(cast: Cast, data: bytes = b"x") -> UUID:
    return imports.keep_import(
        owner_id=cast.author.pk, institution_id=cast.institution.pk, data=data, file_format="gift"
    )


def choose(import_id: UUID, owner_id: int, *, as_job: bool = True) -> None:
    imports.choose_import(
        import_id, owner_id=owner_id, mode=ImportMode.NEW, choice={}, total=9, as_job=as_job
    )


def test_a_large_import_is_asked_for_once(cast: Cast) -> None:
    import_id = kept(cast)
    choose(import_id, cast.author.pk)
    with pytest.raises(ImportOver):
        choose(import_id, cast.author.pk)
    assert OutboxEntry.objects.filter(task=IMPORT_TASK).count() == 1
    assert imports.locked_import(import_id).state is ImportState.QUEUED


def test_an_outsider_chooses_nothing(cast: Cast) -> None:
    import_id = kept(cast)
    with pytest.raises(ImportUnknown):
        choose(import_id, cast.olga.pk)
    assert not OutboxEntry.objects.exists()


def test_nobody_keeps_more_than_a_few_and_what_is_being_written_stays(cast: Cast) -> None:
    queued = kept(cast)
    choose(queued, cast.author.pk)
    first = kept(cast)
    for _ in range(MOST_PER_PERSON):
        kept(cast)
    left = set(ImportFile.objects.values_list("pk", flat=True))
    assert len(left) == MOST_PER_PERSON + 1
    assert queued in left
    assert first not in left


def test_old_files_are_forgotten(cast: Cast) -> None:
    old, fresh = kept(cast), kept(cast)
    past = clock.now() - KEPT_FOR - timedelta(minutes=1)
    ImportFile.objects.filter(pk=old).update(created_at=past)
    assert imports.purge_imports() == 1
    assert list(ImportFile.objects.values_list("pk", flat=True)) == [fresh]


def test_what_is_done_stays_done(cast: Cast) -> None:
    import_id = kept(cast)
    imports.finish_import(import_id, Written(1, 2, 3), reported=4)
    imports.fail_import(import_id, ExamFrozen(exam=1))
    card = imports.locked_import(import_id)
    assert (card.state, card.imported, card.changed, card.removed, card.reported) == (
        ImportState.DONE, 1, 2, 3, 4,
    )  # fmt: skip
    assert card.fault == {}


def test_a_file_moves_as_specified_and_not_otherwise(cast: Cast) -> None:
    import_id = kept(cast)
    rows = ImportFile.objects.filter(pk=import_id)

    def act(action: ImportAction) -> bool:
        match action:
            case ImportAction.CHOOSE | ImportAction.QUEUE:
                choose(import_id, cast.author.pk, as_job=action is ImportAction.QUEUE)
            case ImportAction.FINISH:
                imports.finish_import(import_id, Written(1, 0, 0), reported=0)
            case ImportAction.REFUSE:
                imports.fail_import(import_id, ExamFrozen(exam=1))
                return rows.exclude(fault={}).exists()
        return True

    assert disagreements(moves_of_row(rows, act), IMPORT_MOVES) == []


def test_what_failed_is_ready_again_with_its_reason(cast: Cast) -> None:
    import_id = kept(cast)
    choose(import_id, cast.author.pk)
    imports.fail_import(import_id, ExamFrozen(exam=1))
    card = imports.locked_import(import_id)
    assert (card.state, card.fault) == (ImportState.READY, {"code": "exam_frozen", "exam": "1"})
