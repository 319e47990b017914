"""How a sitting is marked, and who is a number until when."""

from exams.domain.marking import MarkingRules
from exams.selectors.markingplans import has_begun, marking_rules, masks_of, needs_two_markers
from exams.services.markingplans import set_marking_rules
from exams.tests.conftest import Taking, close
from exams.tests.test_services_grading import graded, handed_in


def test_without_a_plan_one_person_marks_and_sees_the_names(running: Taking) -> None:
    assert marking_rules(running.sitting_id) == MarkingRules()
    assert not needs_two_markers(running.sitting_id)
    assert masks_of(running.sitting_id) == {}
    assert not has_begun(running.sitting_id)


def test_numbers_stay_the_same_and_end_with_the_marking(running: Taking) -> None:
    rules = MarkingRules(blind=True, second_marker=True)
    set_marking_rules(running.sitting_id, rules, actor_id=running.cast.grader.pk)
    assert needs_two_markers(running.sitting_id)
    masks = masks_of(running.sitting_id)
    assert len(set(masks.values())) == 2
    set_marking_rules(running.sitting_id, rules, actor_id=running.cast.admin.pk)
    assert masks_of(running.sitting_id) == masks
    graded(handed_in(running, None, "1"))
    assert masks_of(running.sitting_id) == masks
    close(running)
    assert masks_of(running.sitting_id) == {}
