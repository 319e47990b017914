"""What an exam is configured to be, written or approved."""

import pytest
from django.db import IntegrityError, transaction

from exams.errors import ExamUnknown
from exams.models import Exam
from exams.selectors.configurations import configuration_document, configuration_of_exam
from exams.tests.conftest import Cast
from exams.tests.test_services_configuring import DOCUMENT, approved, configured


def test_of_an_approved_exam_it_is_what_was_approved_and_nobody_writes_it(cast: Cast) -> None:
    exam_id = approved(cast, DOCUMENT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Exam.objects.filter(pk=exam_id).update(configuration={"grace_s": 1})
    assert configuration_document(exam_id) == DOCUMENT


def test_of_a_draft_it_is_what_is_written(cast: Cast) -> None:
    exam_id = configured(cast, {"grace_s": 7})
    assert configuration_of_exam(exam_id).policy.grace_s == 7


def test_one_that_is_not_there_is_unknown(db: None) -> None:
    with pytest.raises(ExamUnknown):
        configuration_document(10**9)
