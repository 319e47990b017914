"""Lines on the audit trail: named after their row, in the chain of the institution."""

from django.db import transaction

from exams.models import Attempt, Exam, QuestionBank, RegradeRun, Result, Sitting, Timetable
from exams.services.regrade import open_regrade
from exams.services.timetables import draft_timetable
from exams.services.trail import Subject, append_line
from exams.tests.conftest import Taking, close
from exams.tests.test_services_grading import graded, handed_in
from kernel.models import AuditEntry


def line_of(about: Subject) -> AuditEntry:
    with transaction.atomic():
        append_line("thing.done", about, None, reason="  because ", data={"n": 1})
    return AuditEntry.objects.latest("pk")


def test_every_kind_of_row_is_named_and_stands_in_its_institutions_chain(running: Taking) -> None:
    result = graded(handed_in(running, None, "1"))
    close(running)
    grader = running.cast.grader.pk
    run_id = open_regrade(running.sitting_id, reason="Key", actor_id=grader)
    table = draft_timetable(running.cast.class_group.pk, title="", actor_id=running.cast.admin.pk)
    exam = running.attempt.sitting.exam
    bank = QuestionBank.objects.all()[0]
    rows: list[tuple[Subject, str]] = [
        (Exam.objects.get(pk=exam.pk), f"exam:{exam.pk}"),
        (bank, f"bank:{bank.pk}"),
        (Timetable.objects.get(pk=table), f"timetable:{table}"),
        (Sitting.objects.get(pk=running.sitting_id), f"sitting:{running.sitting_id}"),
        (Attempt.objects.get(pk=running.attempt_id), f"attempt:{running.attempt_id}"),
        (Result.objects.get(pk=result.pk), f"attempt:{running.attempt_id}"),
        (RegradeRun.objects.get(pk=run_id), f"regrade:{run_id}"),
    ]
    lines = [line_of(about) for about, _name in rows]
    assert [line.subject for line in lines] == [name for _about, name in rows]
    assert {line.chain for line in lines} == {f"institution:{running.cast.institution.pk}"}
    assert {(line.reason, line.data["n"]) for line in lines} == {("because", 1)}
    assert lines[-1].data["sitting"] == running.sitting_id
