"""Records for programs: ids in order, pages of a list, nothing of other institutions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.errors import ExamUnknown
from exams.selectors import records
from exams.selectors.records import ExamFilter
from exams.services import authoring
from exams.tests.conftest import Cast
from exams.tests.pages import draft_exam, questions_of


def test_a_list_is_cut_into_pages_and_shows_one_institution(cast: Cast) -> None:
    assert cast.olga.institution_id is not None
    for institution, name in (
        (cast.institution.pk, "One"),
        (cast.institution.pk, "Two"),
        (cast.olga.institution_id, "Three"),
    ):
        authoring.create_exam(institution_id=institution, name=name, actor_id=cast.author.pk)
    with CaptureQueriesContext(connection) as seen:
        count, page = records.find_exams(cast.institution.pk, ExamFilter(limit=1))
    assert (count, [one.name for one in page]) == (2, ["Two"])
    assert len(seen) == 3


def test_records_name_what_they_hold_in_order(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast)
    assert records.exam_record(exam_id).pool_ids == (pool_id,)
    assert list(records.pool_record(pool_id).question_ids) == questions_of(exam_id)
    question = records.question_record(questions_of(exam_id)[0])
    assert len(question.choice_ids) == len(question.draft.choices)
    assert records.place_of_choice(question.choice_ids[1]).index == 1


def test_what_does_not_exist_is_unknown(cast: Cast) -> None:
    for read in (
        records.exam_record,
        records.pool_record,
        records.question_record,
        records.place_of_choice,
    ):
        with pytest.raises(ExamUnknown):
            read(10**9)
