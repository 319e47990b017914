from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from accounts.models import Institution
from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.outline import ExamHeader, ExamOutline, PoolDraft
from exams.domain.outline_diff import ImportMode
from exams.errors import ExamFrozen, ExamUnknown, JumpInvalid, NameTaken, QuestionInvalid
from exams.exchange import exam_xml
from exams.exchange.exam_xml_write import write_exam
from exams.models import Exam, Question
from exams.selectors.outlines import bank_outline, exam_outline
from exams.services import authoring
from exams.services.outlines import Written, write_bank_outline, write_exam_outline
from exams.tests.conftest import Cast, person
from exams.tests.outlines import exams
from exams.tests.pages import draft_exam
from kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
BOTH = (ChoiceDraft("yes", fraction=Decimal(100)), ChoiceDraft("no", fraction=Decimal(0)))


def question(name: str, prompt: str = "Sure?", **fields: Any) -> QuestionDraft:
    return QuestionDraft(name, QuestionKind.CHOICE, prompt, **{"choices": BOTH, **fields})


def outline(*pools: PoolDraft) -> ExamOutline:
    return ExamOutline(ExamHeader("Imported", xml_id="imported"), pools)


def pool(name: str, *questions: QuestionDraft, **fields: Any) -> PoolDraft:
    return PoolDraft(name, questions=questions, **fields)


def write(cast: Cast, exam_id: int, wanted: ExamOutline, mode: ImportMode, **more: Any) -> Written:
    return write_exam_outline(exam_id, wanted, mode=mode, actor_id=cast.author.pk, **more)


def names(exam_id: int) -> list[tuple[str, list[str]]]:
    pools = exam_outline(exam_id).outline.pools
    return [(one.name, [each.name for each in one.questions]) for one in pools]


def prompts(exam_id: int) -> list[str]:
    pools = exam_outline(exam_id).outline.pools
    return [each.prompt for one in pools for each in one.questions]


def exam_elsewhere() -> tuple[int, int]:
    """An empty draft of an institution of its own, and its author."""
    home = Institution.objects.create(code=uuid4().hex[:12], name="School")
    author = person(home, f"a{uuid4().hex}")
    exam_id = authoring.create_exam(institution_id=home.pk, name="Empty", actor_id=author.pk)
    return exam_id, author.pk


@settings(max_examples=15)
@given(wanted=exams())
def test_import_export_import_export_gives_the_identical_document(wanted: ExamOutline) -> None:
    document = write_exam(wanted)
    for _round in range(2):
        seen = exam_xml.preview(document)
        assert seen.exam is not None
        exam_id, author = exam_elsewhere()
        write_exam_outline(
            exam_id, seen.exam, mode=ImportMode.REPLACE, actor_id=author, with_header=True
        )
        assert write_exam(exam_outline(exam_id).outline) == document


def test_only_new_leaves_what_exists_untouched(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    write(cast, exam_id, outline(pool("Part one", question("a"))), ImportMode.NEW)
    wanted = outline(pool("Part one", question("b"), question("a", "Changed?")), pool("New"))
    assert write(cast, exam_id, wanted, ImportMode.NEW) == Written(1, 0, 0)
    assert names(exam_id) == [("Part one", ["a", "b"]), ("New", [])]
    assert prompts(exam_id) == ["Sure?", "Sure?"]


def test_new_and_changed_keeps_rows_and_removes_nothing(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    first = outline(pool("Part one", question("a"), question("z")))
    write(cast, exam_id, first, ImportMode.NEW)
    row = Question.objects.get(name="a")
    wanted = outline(pool("Part one", question("b"), question("a", "Changed?", points=Decimal(3))))
    assert write(cast, exam_id, wanted, ImportMode.NEW_AND_CHANGED) == Written(1, 1, 0)
    assert names(exam_id) == [("Part one", ["a", "z", "b"])]
    again = Question.objects.get(name="a")
    assert (again.pk, again.prompt, again.points) == (row.pk, "Changed?", Decimal(3))
    assert again.choices.count() == 2


def test_replace_leaves_what_the_file_holds_in_its_order(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    write(cast, exam_id, outline(pool("Two", question("a"), question("b"))), ImportMode.NEW)
    kept = Question.objects.get(name="a").pk
    wanted = outline(
        pool("Zero", question("new")), pool("Two", question("b", "Changed?"), question("a"))
    )
    written = write(cast, exam_id, wanted, ImportMode.REPLACE)
    assert (written.added, written.changed) == (1, 1)
    assert written.removed > 0
    assert names(exam_id) == [("Zero", ["new"]), ("Two", ["b", "a"])]
    assert Question.objects.get(name="a").pk == kept


def test_a_question_moves_with_the_file_before_its_old_section_goes(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    write(cast, exam_id, outline(pool("Old", question("a"))), ImportMode.REPLACE)
    kept = Question.objects.get(name="a").pk
    write(cast, exam_id, outline(pool("Other", question("a"))), ImportMode.REPLACE)
    assert names(exam_id) == [("Other", ["a"])]
    assert Question.objects.get(name="a").pk == kept


def test_jumps_lead_to_the_rows_of_their_sections(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    jump = (replace(BOTH[0], next_question_pool=3), BOTH[1])
    wanted = outline(
        pool("A", question("q", choices=jump), next_question_pool=2), pool("B"), pool("C")
    )
    write(cast, exam_id, wanted, ImportMode.REPLACE)
    assert exam_outline(exam_id).outline.pools == wanted.pools


def test_a_new_section_that_would_jump_back_is_refused_and_nothing_is_written(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    write(cast, exam_id, outline(pool("A"), pool("B")), ImportMode.REPLACE)
    jump = (replace(BOTH[0], next_question_pool=2), BOTH[1])
    wanted = outline(pool("B", question("q", choices=jump)), pool("A"))
    with pytest.raises(JumpInvalid):
        write(cast, exam_id, wanted, ImportMode.NEW)
    assert names(exam_id) == [("A", []), ("B", [])]


def test_the_header_comes_only_when_asked_for(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    wanted = ExamOutline(
        ExamHeader("Other", "2", "Art", Decimal("62.5"), "other", 7, "why", {"show_key": True})
    )
    write(cast, exam_id, wanted, ImportMode.NEW)
    assert Exam.objects.get(pk=exam_id).name == "Draft exam"
    write(cast, exam_id, wanted, ImportMode.NEW, with_header=True)
    assert exam_outline(exam_id).outline.header == wanted.header


def test_a_name_of_somebody_elses_is_refused_whole(cast: Cast) -> None:
    draft_exam(cast, name="Taken")
    exam_id, _pool = draft_exam(cast, questions=False)
    taken = ExamOutline(ExamHeader("Taken"), (pool("A", question("a")),))
    with pytest.raises(NameTaken):
        write(cast, exam_id, taken, ImportMode.NEW, with_header=True)
    twice = outline(pool("A", question("a", xml_id="same"), xml_id="same"))
    with pytest.raises(NameTaken):
        write(cast, exam_id, twice, ImportMode.NEW)
    assert names(exam_id) == [("Part one", [])]


def test_a_question_that_contradicts_itself_stops_all(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    wanted = outline(pool("A", question("a"), question("b", choices=())))
    with pytest.raises(QuestionInvalid):
        write(cast, exam_id, wanted, ImportMode.NEW)
    assert names(exam_id) == [("Part one", [])]


def test_only_a_draft_can_be_written_over(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    Exam.objects.filter(pk=exam_id).update(state="in_review")
    with pytest.raises(ExamFrozen):
        write(cast, exam_id, outline(), ImportMode.REPLACE)
    with pytest.raises(ExamUnknown):
        write(cast, 0, outline(), ImportMode.NEW)


def test_an_import_stands_in_the_audit_trail(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    write(cast, exam_id, outline(pool("A", question("a"))), ImportMode.NEW)
    entry = AuditEntry.objects.get(action="exam.imported")
    assert entry.data == {"mode": "new", "added": 1, "changed": 0, "removed": 0}


def test_progress_is_told_and_queries_do_not_grow_with_the_questions(cast: Cast) -> None:
    told: list[tuple[int, int]] = []

    def queries(count: int) -> int:
        exam_id, _pool = draft_exam(cast, name=f"Exam {count}", questions=False)
        wanted = outline(pool("A", *[question(f"q{number}") for number in range(count)]))
        with CaptureQueriesContext(connection) as seen:
            progress = lambda done, total: told.append((done, total))  # noqa: E731 - a recorder
            write(cast, exam_id, wanted, ImportMode.NEW, progress=progress)
        return len(seen)

    few, many = queries(3), queries(200)
    assert few == many
    assert queries(300) - many <= 6
    assert told == [(3, 3), (200, 200), (250, 300), (300, 300)]


def test_a_bank_takes_questions_without_what_means_something_in_an_exam_only(cast: Cast) -> None:
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    jump = (replace(BOTH[0], next_question_pool=2, xml_id="c1"), BOTH[1])
    wanted = outline(pool("A", question("a", xml_id="q1", choices=jump)), pool("B", question("b")))

    def put(wanted: ExamOutline, mode: ImportMode) -> Written:
        return write_bank_outline(bank_id, wanted, mode=mode, actor_id=cast.author.pk)

    assert put(wanted, ImportMode.NEW) == Written(2, 0, 0)
    assert put(wanted, ImportMode.NEW_AND_CHANGED) == Written(0, 0, 0)
    (section,) = bank_outline(bank_id).outline.pools
    assert [one.name for one in section.questions] == ["a", "b"]
    assert section.questions[0].choices[0].next_question_pool is None
    assert put(outline(pool("A", question("b", "Other?"))), ImportMode.REPLACE) == Written(0, 1, 1)
    with pytest.raises(ExamUnknown):
        write_bank_outline(0, wanted, mode=ImportMode.NEW, actor_id=cast.author.pk)
