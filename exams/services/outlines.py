"""Write a whole outline over what exists: only what is new, what is changed too, or all of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from django.db import transaction
from django.db.models import Max

from exams.domain.draft import QuestionDraft
from exams.domain.outline import ExamHeader, ExamOutline, PoolDraft, with_places
from exams.domain.outline_diff import (
    WRITTEN,
    Change,
    ImportMode,
    OutlineDiff,
    QuestionDiff,
    compare,
    pools_in_order,
)
from exams.errors import ExamUnknown
from exams.models import Choice, Exam, Question, QuestionBank, QuestionPool
from exams.selectors.outlines import StoredOutline, bank_outline, exam_outline
from exams.services.authoring import bank_for, update_exam
from exams.services.drafts import (
    check_structure,
    refusing_taken_names,
    writable_exam,
)
from exams.services.question_rows import check_draft, choice_rows, fill_question
from exams.services.questions import leading_nowhere
from exams.services.trail import append_line

_BATCH: Final = 250
_T = TypeVar("_T")
_UPDATED: Final = [
    field.name
    for field in Question._meta.concrete_fields  # noqa: SLF001 - Django documents _meta
    if field.name not in {"id", "created_at"}
]
Progress = Callable[[int, int], None]
"""Called with how many questions are written so far, and of how many."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many questions were added, changed and removed."""

    added: int
    changed: int
    removed: int


def _nothing_to_tell(done: int, total: int) -> None:
    del done, total


@refusing_taken_names
def write_exam_outline(
    exam_id: int,
    wanted: ExamOutline,
    *,
    mode: ImportMode,
    actor_id: int,
    with_header: bool = False,
    progress: Progress = _nothing_to_tell,
) -> Written:
    """Write an outline over a draft, all of it or nothing. Six queries for every 250 questions.

    Args:
        exam_id: A draft.
        wanted: What the file holds.
        mode: How much of it is written; with REPLACE the rest of the draft goes.
        actor_id: Who imports; stands in the audit trail.
        with_header: Name, version, pass mark and the like are taken over as well.
        progress: Told after each batch.

    Raises:
        ExamUnknown, ExamFrozen: There is no such draft.
        QuestionInvalid: A question contradicts itself.
        JumpInvalid: A jump would not lead forward.
        NameTaken: An `xml_id`, or the exam's name and version, is somebody else's.
    """
    exam = writable_exam(exam_id)
    stored = exam_outline(exam_id)
    diff = compare(stored.outline, wanted)
    if with_header and wanted.header:
        write_header(exam_id, wanted.header)
    pool_ids = _write_pools(exam_id, stored, wanted.pools, diff, mode)
    bank_id = bank_for(institution_id=exam.institution_id, name=exam.name)
    written = _Rows(bank_id, stored, pool_ids, mode).write(diff, progress)
    if mode is ImportMode.REPLACE:
        kept = {one.old for one in diff.pools if one.new is not None}
        gone = [pk for at, pk in enumerate(stored.pool_ids) if at not in kept]
        QuestionPool.objects.filter(pk__in=gone).delete()
    check_structure(exam_id)
    append_line("exam.imported", exam, actor_id, data=_told(written, mode))
    return written


def write_header(exam_id: int, header: ExamHeader) -> None:
    """Change the header of a draft to that of a document; an id it does not give stays.

    Raises:
        ExamFrozen: It is not a draft.
        NameTaken: This version exists already.
    """
    update_exam(
        exam_id,
        name=header.name,
        subject=header.subject,
        version_label=header.version_label,
        passing_score=header.passing_score,
    )
    Exam.objects.filter(pk=exam_id).update(
        version_id=header.version_id,
        version_comment=header.version_comment,
        configuration=header.configuration,
    )
    if header.xml_id:
        Exam.objects.filter(pk=exam_id).update(xml_id=header.xml_id)


@transaction.atomic
def write_bank_outline(
    bank_id: int,
    wanted: ExamOutline,
    *,
    mode: ImportMode,
    actor_id: int,
    progress: Progress = _nothing_to_tell,
) -> Written:
    """Write the questions of an outline over those of a bank that are part of no exam.

    Sections, jumps and names of XML are left out: they mean something in an exam only.

    Raises:
        ExamUnknown: There is no such bank.
        QuestionInvalid: A question contradicts itself.
    """
    bank = QuestionBank.objects.select_for_update().filter(pk=bank_id).first()
    if bank is None:
        raise ExamUnknown(bank=bank_id)
    stored = bank_outline(bank_id)
    diff = compare(stored.outline, in_one_section(wanted, bank.name))
    written = _Rows(bank_id, stored, {}, mode).write(diff, progress)
    append_line("bank.imported", bank, actor_id, data=_told(written, mode))
    return written


def in_one_section(wanted: ExamOutline, name: str) -> ExamOutline:
    """Return all questions of an outline in one section, as a bank keeps them."""
    questions = tuple(leading_nowhere(one) for pool in wanted.pools for one in pool.questions)
    return ExamOutline(None, (PoolDraft(name, questions=questions),))


def _told(written: Written, mode: ImportMode) -> dict[str, object]:
    return {
        "mode": mode.value,
        "added": written.added,
        "changed": written.changed,
        "removed": written.removed,
    }


def _write_pools(
    exam_id: int,
    stored: StoredOutline,
    wanted: Sequence[PoolDraft],
    diff: OutlineDiff,
    mode: ImportMode,
) -> dict[int, int]:
    """Write sections and their order; return the id of each section of the file, by its index."""
    rows = {row.pk: row for row in QuestionPool.objects.filter(exam_id=exam_id)}
    in_order = pools_in_order(diff, mode)
    ordered: list[QuestionPool] = []
    for place, one in enumerate(in_order, start=1):
        is_new = one.old is None
        row = QuestionPool(exam_id=exam_id) if is_new else rows[stored.pool_ids[one.old or 0]]
        row.order = place
        if one.new is not None and (is_new or one.change in WRITTEN[mode]):
            _fill_pool(row, wanted[one.new])
        ordered.append(row)
    pairs = list(zip(in_order, ordered, strict=True))
    QuestionPool.objects.bulk_create([row for one, row in pairs if one.old is None])
    ids = {one.new: row.pk for one, row in pairs if one.new is not None}
    for one, row in pairs:
        if one.new is not None and one.change in WRITTEN[mode]:
            target = wanted[one.new].next_question_pool
            row.next_question_pool_id = ids.get(target - 1) if target else None
    QuestionPool.objects.bulk_update(
        ordered,
        [
            "order",
            "name",
            "xml_id",
            "randomize_questions",
            "number_to_answer",
            "next_question_pool",
        ],
    )
    return ids


def _fill_pool(row: QuestionPool, draft: PoolDraft) -> None:
    row.name = draft.name
    row.xml_id = draft.xml_id or row.xml_id
    row.randomize_questions = draft.randomize_questions
    row.number_to_answer = draft.number_to_answer


class _Rows:
    """Writes questions where they belong: `pool_ids` by index in the file, empty in a bank."""

    def __init__(
        self, bank_id: int, stored: StoredOutline, pool_ids: dict[int, int], mode: ImportMode
    ) -> None:
        self.bank_id, self.stored, self.pool_ids, self.mode = bank_id, stored, pool_ids, mode
        self.places: dict[int | None, int | None] = {at + 1: pk for at, pk in pool_ids.items()}
        self.ends: dict[int | None, int] = {}

    def write(self, diff: OutlineDiff, progress: Progress) -> Written:
        """Write what the mode asks for and return how much it was."""
        wanted = [one for one in diff.questions if one.change in WRITTEN[self.mode]]
        gone = [self._old_id(one) for one in wanted if one.change is Change.REMOVED]
        Question.objects.filter(pk__in=gone).delete()
        todo = [(one, one.draft) for one in wanted if one.draft]
        for _one, draft in todo:
            check_draft(draft)
        self._look_at_ends()
        done = 0
        for batch in _batches(todo):
            self._write_batch(batch)
            done += len(batch)
            progress(done, len(todo))
        self._put_in_order(diff)
        return Written(
            added=sum(one.change is Change.NEW for one, _ in todo),
            changed=sum(one.change is Change.CHANGED for one, _ in todo),
            removed=len(gone),
        )

    def _old_id(self, one: QuestionDiff) -> int:
        """Return the id of the row that exists; 0 for a new question."""
        return self.stored.question_ids[one.old[0]][one.old[1]] if one.old else 0

    def _look_at_ends(self) -> None:
        """Note the last order of each section, after which new questions go."""
        rows = Question.objects.filter(pool_id__in=self.pool_ids.values()).order_by()
        self.ends.update(
            rows.values("pool_id").annotate(last=Max("order")).values_list("pool_id", "last")
        )

    def _write_batch(self, batch: Sequence[tuple[QuestionDiff, QuestionDraft]]) -> None:
        old_ids = [self._old_id(one) for one, _ in batch if one.old]
        before = Question.objects.in_bulk(old_ids)
        rows = [self._row(one, draft, before) for one, draft in batch]
        Choice.objects.filter(question_id__in=old_ids).delete()
        pairs = list(zip(rows, batch, strict=True))
        Question.objects.bulk_create([row for row, (one, _) in pairs if one.old is None])
        Question.objects.bulk_create(
            [row for row, (one, _) in pairs if one.old is not None],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=_UPDATED,
        )
        Choice.objects.bulk_create(
            choice
            for row, (_, draft) in pairs
            for choice in choice_rows(row.pk, with_places(draft, self.places).choices)
        )

    def _row(
        self, one: QuestionDiff, draft: QuestionDraft, before: dict[int, Question]
    ) -> Question:
        row = before.get(self._old_id(one)) or Question(bank_id=self.bank_id)
        row.pool_id, row.order = self._place(one, row)
        return fill_question(row, draft)

    def _place(self, one: QuestionDiff, row: Question) -> tuple[int | None, int]:
        """Return the section and the order of a question."""
        if one.new is None or not self.pool_ids:
            return None, row.order
        pool_id = self.pool_ids[one.new[0]]
        if self.mode is ImportMode.REPLACE:
            return pool_id, one.new[1] + 1
        if row.pool_id == pool_id:
            return pool_id, row.order
        self.ends[pool_id] = self.ends.get(pool_id, 0) + 1
        return pool_id, self.ends[pool_id]

    def _put_in_order(self, diff: OutlineDiff) -> None:
        """Move what is unchanged but stands elsewhere in a file that replaces everything."""
        if self.mode is not ImportMode.REPLACE or not self.pool_ids:
            return
        same = {self._old_id(one): one for one in diff.questions if one.change is Change.UNCHANGED}
        moved: list[Question] = []
        for row in Question.objects.filter(pk__in=list(same)):
            place = self._place(same[row.pk], row)
            if (row.pool_id, row.order) != place:
                row.pool_id, row.order = place
                moved.append(row)
        Question.objects.bulk_update(moved, ["pool_id", "order"], batch_size=_BATCH)


def _batches(todo: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(todo)
    while batch := list(islice(rest, _BATCH)):
        yield batch
