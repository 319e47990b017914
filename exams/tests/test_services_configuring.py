"""The configuration of an exam: written while it is a draft, approved and hashed with it."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.errors import Forbidden
from exams.domain import content as frozen
from exams.domain.policy import Navigation, policy_of
from exams.errors import DocumentInvalid, ExamFrozen
from exams.models import Attempt, Exam, Sitting
from exams.selectors.configurations import configuration_document, configuration_of_exam
from exams.services.configuring import configure_exam
from exams.services.review import approve_exam, new_version, send_to_review
from exams.tests.conftest import Cast, schedule
from exams.tests.pages import draft_exam
from kernel.models import AuditEntry

DOCUMENT: dict[str, Any] = {"camera": "off", "navigation": "linear", "grace_s": 5}


def configured(cast: Cast, document: dict[str, Any]) -> int:
    exam_id, _ = draft_exam(cast)
    configure_exam(exam_id, document, actor_id=cast.author.pk)
    return exam_id


def approved(cast: Cast, document: dict[str, Any]) -> int:
    exam_id = configured(cast, document)
    send_to_review(exam_id, actor_id=cast.author.pk)
    approve_exam(exam_id, actor_id=cast.admin.pk)
    return exam_id


def test_it_is_part_of_what_is_approved_and_hashed(cast: Cast) -> None:
    exam = Exam.objects.get(pk=approved(cast, DOCUMENT))
    assert exam.content is not None
    assert exam.content["configuration"] == DOCUMENT
    other = {**exam.content, "configuration": {**DOCUMENT, "grace_s": 6}}
    assert frozen.hash_of(other) != exam.content_hash == frozen.hash_of(exam.content)


def test_nobody_changes_it_after_the_draft(cast: Cast) -> None:
    exam_id = configured(cast, DOCUMENT)
    send_to_review(exam_id, actor_id=cast.author.pk)
    with pytest.raises(ExamFrozen):
        configure_exam(exam_id, {}, actor_id=cast.author.pk)
    approve_exam(exam_id, actor_id=cast.admin.pk)
    with pytest.raises(ExamFrozen):
        configure_exam(exam_id, {}, actor_id=cast.author.pk)
    assert configuration_document(exam_id) == DOCUMENT


def test_a_new_version_begins_with_it(cast: Cast) -> None:
    exam_id = approved(cast, DOCUMENT)
    copy = new_version(exam_id, version_label="2", actor_id=cast.author.pk)
    assert configuration_document(copy) == DOCUMENT
    configure_exam(copy, {}, actor_id=cast.author.pk)
    assert configuration_document(exam_id) == DOCUMENT


def test_a_sitting_takes_it_for_what_its_plan_does_not_say(cast: Cast) -> None:
    exam_id = approved(cast, DOCUMENT)
    sitting = Sitting.objects.get(pk=schedule(cast, exam_id, policy={"camera": "optional"}))
    policy = policy_of(sitting.policy)
    assert (policy.camera, policy.navigation, policy.grace_s) == ("optional", Navigation.LINEAR, 5)
    assert sitting.grace.total_seconds() == 5


def test_papers_are_drawn_as_it_shuffles(cast: Cast) -> None:
    orders = set()
    for _ in range(3):
        papers = Attempt.objects.filter(
            sitting_id=schedule(cast, approved_again(cast, {"shuffling": "nothing"}))
        ).values_list("paper", flat=True)
        for paper in papers:
            first = Exam.objects.latest("pk").content
            assert first is not None
            written = [one["key"] for one in first["pools"][0]["questions"][0]["choices"]]
            orders.add(tuple(paper["questions"][0]["choices"]) == tuple(written))
    assert orders == {True}


def approved_again(cast: Cast, document: dict[str, Any]) -> int:
    exam_id, _ = draft_exam(cast, name=f"Exam {Exam.objects.count()}")
    configure_exam(exam_id, document, actor_id=cast.author.pk)
    send_to_review(exam_id, actor_id=cast.author.pk)
    approve_exam(exam_id, actor_id=cast.admin.pk)
    return exam_id


def test_a_change_leaves_a_line_and_no_change_none(cast: Cast) -> None:
    exam_id, _ = draft_exam(cast)
    assert configure_exam(exam_id, DOCUMENT, actor_id=cast.author.pk)
    assert not configure_exam(exam_id, dict(DOCUMENT), actor_id=cast.author.pk)
    line = AuditEntry.objects.get(action="exam.configured")
    assert line.data == {"before": {}, "after": DOCUMENT}


def test_what_does_not_follow_the_schema_is_refused_with_its_place(cast: Cast) -> None:
    exam_id, _ = draft_exam(cast)
    with pytest.raises(DocumentInvalid) as refused:
        configure_exam(exam_id, {"marking": {"blind": 1}}, actor_id=cast.author.pk)
    assert refused.value.data["faults"] == "marking.blind: wrong_type (boolean)"
    assert configuration_document(exam_id) == {}


@pytest.mark.parametrize("who", ["ivo", "grader", "ana", "olga"])
def test_only_authors_of_the_institution_configure(cast: Cast, who: str) -> None:
    exam_id, _ = draft_exam(cast)
    with pytest.raises(Forbidden):
        configure_exam(exam_id, DOCUMENT, actor_id=getattr(cast, who).pk)
    assert configuration_of_exam(exam_id).policy.grace_s == 30


def test_the_database_holds_objects_only(cast: Cast) -> None:
    exam_id, _ = draft_exam(cast)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE exams_exam SET configuration = '[]' WHERE id = %s", [exam_id])
