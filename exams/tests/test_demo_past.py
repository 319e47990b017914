"""The finished demo sitting is whole: taken, graded, released, in the past."""

from datetime import timedelta

from exams.demo.exam import create_demo_exam
from exams.demo.past import PastSitting, hold_past_sitting
from exams.domain.states import AttemptState, ResultState, SittingState
from exams.selectors.results import released_paper, results_of_sitting
from exams.selectors.sittings import sitting_view
from exams.tests.conftest import Cast
from kernel import clock


def test_the_past_sitting_is_published_and_its_results_can_be_seen(cast: Cast) -> None:
    exam_id = create_demo_exam(
        institution_id=cast.institution.pk, author_id=cast.author.pk, approver_id=cast.admin.pk
    )
    sitting_id = hold_past_sitting(
        PastSitting(
            exam_id=exam_id,
            class_group_id=cast.class_group.pk,
            title="General knowledge, last week",
            admin_id=cast.admin.pk,
            invigilator_id=cast.ivo.pk,
            grader_id=cast.grader.pk,
            student_ids=[cast.ana.pk, cast.ben.pk],
        )
    )
    sitting = sitting_view(sitting_id)
    assert sitting.state is SittingState.PUBLISHED
    assert sitting.closed_at is not None
    assert sitting.closed_at < clock.now() - timedelta(days=6)
    ana, ben = results_of_sitting(sitting_id)
    assert (ana.attempt_state, ana.result_state) == (AttemptState.SUBMITTED, ResultState.RELEASED)
    assert ana.score is not None
    assert ana.score > 0
    assert (ben.attempt_state, ben.result_state) == (AttemptState.ABSENT, None)
    paper = released_paper(ana.attempt_id, cast.ana.pk)
    assert len(paper.answers) == 20
    assert any(answer.comment for answer in paper.answers)
