"""What a preview holds is written whole, with its sections, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.errors import ExamUnknown, QuestionInvalid
from exams.exchange.formats import Format, parse
from exams.exchange.items import Finding, Item, ItemCode, Preview, Section
from exams.exchange.writing import DEFAULT_SECTION, write_preview
from exams.models import Question, QuestionPool
from exams.services import authoring
from exams.tests.conftest import Cast
from exams.tests.imports import damaged
from exams.tests.qti import declaration, item

NOTE = QuestionDraft(name="n", kind=QuestionKind.TEXT, prompt="Write.")


@pytest.fixture
def exam_id(cast: Cast) -> int:
    return authoring.create_exam(
        institution_id=cast.institution.pk, name="Imported", actor_id=cast.author.pk
    )


def test_a_section_draws_as_the_file_says(cast: Cast, exam_id: int) -> None:
    items = (
        Item(1, "A", NOTE),
        Item(2, "", replace(NOTE, name="m")),
        Item(3, "A", replace(NOTE, name="o")),
        Item(4, "B", None),
    )
    findings = (Finding(4, ItemCode.NOT_SUPPORTED, drops_item=True),)
    sections = (Section("A", randomize_questions=True, number_to_answer=1), Section("B"))
    write_preview(exam_id, Preview(items, findings, sections), actor_id=cast.author.pk)
    pools = QuestionPool.objects.filter(exam_id=exam_id).order_by("order")
    assert [
        (pool.name, pool.randomize_questions, pool.number_to_answer, pool.questions.count())
        for pool in pools
    ] == [("A", True, 1, 2), (DEFAULT_SECTION, False, None, 1)]


def test_one_item_that_the_engine_refuses_leaves_nothing_behind(cast: Cast, exam_id: int) -> None:
    bad = replace(NOTE, name="")
    with pytest.raises(QuestionInvalid):
        write_preview(
            exam_id, Preview((Item(1, "A", NOTE), Item(2, "B", bad))), actor_id=cast.author.pk
        )
    assert not Question.objects.exists()
    assert not QuestionPool.objects.exists()


@pytest.mark.django_db
def test_an_unknown_exam_takes_nothing() -> None:
    with pytest.raises(ExamUnknown):
        write_preview(10**9, Preview((Item(1, "", NOTE),)), actor_id=1)


FIXTURES = Path(__file__).parent / "fixtures"
RIGHT = item(declared=declaration("A"))
SOURCES: list[tuple[Format, bytes]] = [
    (Format.GIFT, (FIXTURES / "constructs.gift").read_bytes()),
    (Format.MOODLE_XML, (FIXTURES / "moodle.xml").read_bytes()),
    (Format.QTI, (FIXTURES / "qti_3.xml").read_bytes()),
    (Format.QTI, RIGHT),
]
damaged_files = st.sampled_from(SOURCES).flatmap(
    lambda source: damaged(source[1]).map(lambda data: (source[0], data))
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged_files)
def test_whatever_a_damaged_file_still_holds_can_be_written(
    exam_id: int, source: tuple[Format, bytes]
) -> None:
    seen = parse(*source)
    with transaction.atomic():
        written = write_preview(exam_id, seen, actor_id=1)
        assert written.added == seen.imported
        assert Question.objects.filter(pool__exam_id=exam_id).count() == seen.imported
        transaction.set_rollback(True)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SOURCES), st.integers(0, 2))
def test_a_failure_at_any_statement_leaves_nothing_behind(
    exam_id: int, source: tuple[Format, bytes], fails_at: int
) -> None:
    """Sections are there when their questions fail, and questions when their choices do."""
    seen = parse(*source)
    table = ("exams_questionpool", "exams_question", "exams_choice")[fails_at]

    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(f'INSERT INTO "{table}"'):
            raise RuntimeError("disk full")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail), pytest.raises(RuntimeError):
        write_preview(exam_id, seen, actor_id=1)
    assert not QuestionPool.objects.filter(exam_id=exam_id).exists()
    assert not Question.objects.exists()
