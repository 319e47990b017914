"""What leaves the system is on the audit trail."""

import pytest

from exams.errors import ResultUnknown, SittingUnknown
from exams.services.exports import Form, record_export, record_sheet
from exams.tests.conftest import Cast
from exams.tests.marked import right_or_wrong, take
from kernel.models import AuditEntry


def test_each_export_leaves_a_line(cast: Cast) -> None:
    marked = take(cast, [("right",), ("wrong",)], questions=[right_or_wrong("one")])
    record_export(marked.sitting_id, Form.XLSX, actor_id=cast.grader.pk)
    line = AuditEntry.objects.get(action="results.exported")
    assert (line.actor_id, line.subject) == (cast.grader.pk, f"sitting:{marked.sitting_id}")
    assert line.data == {"form": "xlsx", "papers": 2}
    assert line.chain == f"institution:{cast.institution.pk}"


def test_a_sheet_leaves_a_line(cast: Cast) -> None:
    marked = take(cast, [("right",)], questions=[right_or_wrong("one")])
    record_sheet(marked.attempt_ids[0], actor_id=cast.grader.pk)
    line = AuditEntry.objects.get(action="result.exported")
    assert (line.actor_id, line.subject) == (cast.grader.pk, f"attempt:{marked.attempt_ids[0]}")


def test_of_what_is_not_there_nothing_is_recorded(cast: Cast) -> None:
    with pytest.raises(SittingUnknown):
        record_export(0, Form.CSV, actor_id=cast.grader.pk)
    with pytest.raises(ResultUnknown):
        record_sheet(0, actor_id=cast.grader.pk)
    assert not AuditEntry.objects.filter(action__contains="exported").exists()
