"""How far the grading of a sitting is, and which of its papers wait for a person."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from exams.domain.late import LateState
from exams.domain.states import ResultState
from exams.models import AnswerRevision, Result
from exams.selectors.late import open_late_answers


@dataclass(frozen=True, slots=True)
class GradingProgress:
    """How far the grading of a sitting is, for a progress bar.

    Attributes:
        graded: By the machine; a person may still have to mark a part.
        finished: Graded, and nothing of it waits for a person.
    """

    submissions: int
    graded: int
    finished: int
    needs_person: int
    released: int
    open_late: int

    @property
    def is_complete(self) -> bool:
        """Whether nothing waits for a grader, a person or a job."""
        return self.graded == self.submissions and not (self.needs_person or self.open_late)


def grading_progress(sitting_id: int) -> GradingProgress:
    """Return the counts of one sitting. Two queries."""
    done = Q(state__in=[ResultState.GRADED, ResultState.RELEASED])
    counts = Result.objects.filter(attempt__sitting_id=sitting_id).aggregate(
        submissions=Count("pk"),
        graded=Count("pk", filter=done),
        finished=Count("pk", filter=done & Q(needs_person=False)),
        needs_person=Count("pk", filter=Q(needs_person=True)),
        released=Count("pk", filter=Q(state=ResultState.RELEASED)),
    )
    return GradingProgress(**counts, open_late=open_late_answers(sitting_id))


def papers_to_mark(sitting_id: int) -> list[int]:
    """Return the attempts on which a person has to look, by id. One query.

    An answer of theirs waits for points, or a late one for a decision.
    """
    undecided = AnswerRevision.objects.filter(
        attempt=OuterRef("attempt"), late=True, decision=LateState.OPEN
    )
    rows = Result.objects.filter(
        Q(needs_person=True) | Exists(undecided), attempt__sitting_id=sitting_id
    )
    return list(rows.order_by("attempt_id").values_list("attempt_id", flat=True))
