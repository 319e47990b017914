"""Reads of what exams are configured to be."""

from typing import Any

from exams.domain.configuration import Configuration, configuration_of
from exams.errors import ExamUnknown
from exams.models import Exam


def configuration_document(exam_id: int) -> dict[str, Any]:
    """Return what was written; of an approved exam what was approved. One query.

    Raises:
        ExamUnknown: There is none.
    """
    row = Exam.objects.filter(pk=exam_id).values_list("configuration", "content__configuration")
    for written, approved in row:
        document: dict[str, Any] = written if approved is None else approved
        return document
    raise ExamUnknown(exam=exam_id)


def configuration_of_exam(exam_id: int) -> Configuration:
    """Return a configuration with its defaults filled in."""
    return configuration_of(configuration_document(exam_id))
