"""How far the grading of a sitting is, while it goes on."""

from exams.selectors.grading_progress import GradingProgress, grading_progress
from exams.tests.conftest import Taking
from exams.tests.test_selectors_results import finish


def test_what_is_handed_in_graded_and_waits_for_a_person_is_counted(running: Taking) -> None:
    assert grading_progress(running.sitting_id) == GradingProgress(0, 0, 0, 0, 0, 0)
    finish(running, None, None, None, "An essay")
    assert grading_progress(running.sitting_id) == GradingProgress(1, 1, 0, 1, 0, 0)
