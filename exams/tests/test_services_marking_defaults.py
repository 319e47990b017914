"""A sitting is marked as its exam is configured, until somebody says otherwise."""

from exams.domain.marking import AgreementRule, MarkingRules
from exams.models import MarkingPlan
from exams.selectors.markingplans import marking_rules
from exams.services.markingplans import set_marking_rules
from exams.tests.conftest import Cast, schedule
from exams.tests.test_services_configuring import approved

WANTED = {"blind": True, "second_marker": True, "tolerance_percent": 5, "agreement": "higher"}
HIDDEN = {**WANTED, "show_criteria": False}


def test_a_sitting_begins_with_what_its_exam_asks_for(cast: Cast) -> None:
    sitting_id = schedule(cast, approved(cast, {"marking": WANTED}))
    assert marking_rules(sitting_id) == MarkingRules(
        blind=True, second_marker=True, tolerance_percent=5, agreement=AgreementRule.HIGHER
    )
    assert MarkingPlan.objects.get().salt


def test_an_exam_that_asks_for_nothing_leaves_no_row(cast: Cast) -> None:
    sitting_id = schedule(cast, approved(cast, {}))
    assert not MarkingPlan.objects.exists()
    assert marking_rules(sitting_id) == MarkingRules()


def test_who_marks_may_say_otherwise(cast: Cast) -> None:
    sitting_id = schedule(cast, approved(cast, {"marking": WANTED}))
    set_marking_rules(sitting_id, MarkingRules(), actor_id=cast.grader.pk)
    assert marking_rules(sitting_id) == MarkingRules()


def test_what_students_may_read_of_the_rubric_is_taken_over(cast: Cast) -> None:
    sitting_id = schedule(cast, approved(cast, {"marking": HIDDEN}))
    assert not marking_rules(sitting_id).show_criteria
