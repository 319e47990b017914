"""What the scanner says of pictures; the whole way is in test_views_images.py."""

from uuid import uuid4

import pytest

from exams.domain.images import ImageFlaw
from exams.models import Exam
from exams.selectors.contents import content_of_rows
from exams.selectors.images import findings_of_content, image_hashes
from exams.tests.conftest import Cast
from exams.tests.test_views_images import exam_with

pytestmark = pytest.mark.django_db


def test_an_upload_that_does_not_exist_is_found_out_and_never_frozen(cast: Cast) -> None:
    exam = Exam.objects.get(pk=exam_with(cast, uuid4()))
    content = content_of_rows(exam)
    (finding,) = findings_of_content(content, exam.institution_id)
    assert (finding.flaw, finding.question_name) == (ImageFlaw.UNKNOWN, "tree")
    assert image_hashes(content) == {}
