"""Points by hand keep their history; see test_services_grading.py for what they do to results."""

from decimal import Decimal

import pytest

from exams.errors import ResultFinal, ResultUnknown
from exams.models import MarkChange, Result
from exams.services import handmarks
from exams.services.handmarks import HandMark
from exams.tests.conftest import Taking, release
from exams.tests.test_services_grading import graded, handed_in
from kernel.models import AuditEntry


def test_every_change_keeps_who_what_before_after_and_why(running: Taking) -> None:
    graded(handed_in(running, None, "424242"))
    number, people = running.questions[1], (running.cast.grader.pk, running.cast.admin.pk)
    for actor, points in zip(people, ("0.25", "0.5"), strict=True):
        mark = HandMark(number, Decimal(points), "Unit missing", reason=f"Rule of {points}")
        handmarks.mark_answer(running.attempt_id, mark, actor_id=actor)
    rows = MarkChange.objects.values_list("actor_id", "before_num", "after_den", "reason")
    assert list(rows) == [
        (people[0], Decimal(1), Decimal(4), "Rule of 0.25"),
        (people[1], Decimal(1), Decimal(2), "Rule of 0.5"),
    ]
    assert Result.objects.get().version == 3
    assert AuditEntry.objects.filter(action="mark.given").count() == 2


def test_a_released_mark_and_one_of_nobody_stay(running: Taking) -> None:
    graded(handed_in(running, None, "424242"))
    release(running)
    mark = HandMark(running.questions[1], Decimal(0))
    with pytest.raises(ResultFinal):
        handmarks.mark_answer(running.attempt_id, mark, actor_id=running.cast.grader.pk)
    with pytest.raises(ResultUnknown):
        handmarks.mark_answer(10**9, mark, actor_id=running.cast.olga.pk)
    assert not MarkChange.objects.exists()
