import pytest

from exams.errors import ExamUnknown
from exams.models import Exam
from exams.selectors.exams import exam_view
from exams.selectors.versions import changes_of, versions_of
from exams.services import review
from exams.tests.conftest import Cast
from exams.tests.pages import draft_exam

pytestmark = pytest.mark.django_db


def test_versions_share_a_name_and_the_newest_is_first(cast: Cast) -> None:
    first, _pool = draft_exam(cast)
    draft_exam(cast, name="Another")
    second = review.new_version(first, version_label="2", actor_id=cast.author.pk)
    Exam.objects.filter(pk=second).update(name="DRAFT exam")
    assert [one.id for one in versions_of(exam_view(first))] == [second, first]
    Exam.objects.filter(pk=second).update(name="Draft exam")
    changes = changes_of(first, second)
    assert [change.field for change in changes] == ["version_label"]
    with pytest.raises(ExamUnknown):
        changes_of(first, 0)
