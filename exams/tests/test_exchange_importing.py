from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.domain.imports import ImportState
from exams.domain.outline_diff import Change, ImportMode
from exams.errors import ExamFrozen, ImportUnknown
from exams.exchange import importing
from exams.exchange.formats import Format
from exams.exchange.items import Item, Preview, Section
from exams.exchange.writing import outline_of
from exams.models import Exam, Question
from exams.selectors.imports import import_bytes, import_card
from exams.selectors.outlines import exam_outline
from exams.services import imports, outlines
from exams.services.authoring import create_bank
from exams.tests.conftest import Cast
from exams.tests.pages import draft_exam

pytestmark = pytest.mark.django_db
GIFT = b"$CATEGORY: Sky\n\n::Moon:: A star? {F}\n\n::Sun:: A star? {T}\n\nBroken { =a ~b\n"


def kept(
    cast: Cast, data: bytes = GIFT, *, exam_id: int | None = None, bank_id: int | None = None
) -> UUID:
    return imports.keep_import(
        owner_id=cast.author.pk,
        institution_id=cast.institution.pk,
        data=data,
        file_format=Format.GIFT,
        exam_id=exam_id,
        bank_id=bank_id,
    )


def chosen(cast: Cast, import_id: UUID, mode: ImportMode = ImportMode.NEW, **choice: str) -> None:
    imports.choose_import(
        import_id, owner_id=cast.author.pk, mode=mode, choice=choice, total=2, as_job=False
    )


def draft(name: str) -> QuestionDraft:
    return QuestionDraft(name, QuestionKind.TEXT, "?")


def test_sections_of_a_file_become_pools_with_the_line_of_each_question() -> None:
    items = (
        Item(1, "A", draft("a")),
        Item(4, "", draft("b")),
        Item(6, "A", None),
        Item(9, "A", draft("c")),
    )
    seen = Preview(items, (), (Section("A", randomize_questions=True, number_to_answer=1),))
    outline, lines = outline_of(seen)
    assert [(one.name, one.number_to_answer) for one in outline.pools] == [("A", 1), ("1", None)]
    assert lines == {(0, 0): 1, (0, 1): 9, (1, 0): 4}


def test_a_look_writes_nothing(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    before = exam_outline(exam_id)
    card = import_card(kept(cast, exam_id=exam_id), owner_id=cast.author.pk)
    look = importing.look_at(card)
    assert (look.seen.imported, look.seen.reported) == (2, 1)
    assert look.diff.count(Change.NEW) == 2
    assert look.existing == len([one for pool in before.question_ids for one in pool])
    assert exam_outline(exam_id) == before


def test_lines_of_a_bank_follow_its_one_section(cast: Cast) -> None:
    bank_id = create_bank(institution_id=cast.institution.pk, name="Bank")
    data = b"$CATEGORY: A\n\n::a:: x {}\n\n$CATEGORY: B\n\n::b:: x {}\n"
    card = import_card(kept(cast, data, bank_id=bank_id), owner_id=cast.author.pk)
    look = importing.look_at(card)
    assert sorted(look.lines.items()) == [((0, 0), 3), ((0, 1), 7)]


def test_a_file_is_written_once_and_its_bytes_go(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    import_id = kept(cast, exam_id=exam_id)
    chosen(cast, import_id)
    importing.run_import(import_id)
    importing.run_import(import_id)
    assert Question.objects.filter(pool__exam_id=exam_id).count() == 2
    card = import_card(import_id, owner_id=cast.author.pk)
    assert (card.state, card.imported, card.reported) == (ImportState.DONE, 2, 1)
    assert import_bytes(import_id) == b""
    assert importing.progress_of(import_id) == (2, 2)
    assert importing.progress_of(uuid4()) == (0, 0)


def test_questions_without_an_exam_become_a_new_one(cast: Cast) -> None:
    import_id = kept(cast)
    chosen(cast, import_id, name="From a file", version_label="3")
    importing.run_import(import_id)
    exam = Exam.objects.get(name="From a file")
    assert (exam.version_label, exam.passing_score) == ("3", Decimal(50))
    assert import_card(import_id, owner_id=cast.author.pk).exam_id == exam.pk


def test_a_break_in_the_middle_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = kept(cast)
    chosen(cast, import_id, name="Broken off", version_label="1")

    def die(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(outlines, "check_structure", die)
        with pytest.raises(KeyboardInterrupt):
            importing.run_import(import_id)
    assert not Exam.objects.filter(name="Broken off").exists()
    importing.run_import(import_id)
    assert Exam.objects.get(name="Broken off").pools.count() == 1


def test_a_refusal_leaves_the_file_ready(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    import_id = kept(cast, exam_id=exam_id)
    Exam.objects.filter(pk=exam_id).update(state="in_review")
    with pytest.raises(ExamFrozen):
        importing.run_import(import_id)
    assert import_bytes(import_id) == GIFT
    with pytest.raises(ImportUnknown):
        importing.run_import(uuid4())
