"""A rubric is read as it was written; most questions have none."""

from exams.domain.rubric import RubricContent
from exams.models import Question
from exams.selectors.contents import question_of_row
from exams.selectors.rubrics import rubric_of
from exams.services.rubrics import write_rubric
from exams.tests.conftest import Cast
from exams.tests.test_services_markings import RUBRIC
from exams.tests.test_views_staff_rubric import essay_of


def test_a_rubric_is_read_as_it_was_written_and_is_part_of_the_content(cast: Cast) -> None:
    _exam, question_id = essay_of(cast)
    assert rubric_of(question_id) is None
    assert not question_of_row(Question.objects.get(pk=question_id)).rubric
    write_rubric(question_id, RUBRIC)
    assert rubric_of(question_id) == RUBRIC
    assert question_of_row(Question.objects.get(pk=question_id)).rubric == RUBRIC
    write_rubric(question_id, RubricContent(criteria=()))
    assert rubric_of(question_id) is None
