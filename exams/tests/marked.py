"""A sitting that many took: for the tests of statistics and exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from accounts.roles import Role
from exams.domain.answer import QuestionKind
from exams.domain.content import QuestionContent
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.models import Answer
from exams.selectors.attempts import attempt_of
from exams.selectors.statistics import exam_content
from exams.services import attempts, grading, scheduling, sittings, taking
from exams.tests.conftest import PERCENT, Cast, approved_exam, give_role, person, plan

ZERO = Decimal(0)


def right_or_wrong(name: str, points: int = 1) -> QuestionDraft:
    """A question with one right choice of three."""
    return QuestionDraft(
        name=name,
        kind=QuestionKind.CHOICE,
        prompt=f"prompt of {name}",
        points=Decimal(points),
        choices=(
            ChoiceDraft("right", fraction=PERCENT),
            ChoiceDraft("wrong", fraction=ZERO),
            ChoiceDraft("odd", fraction=ZERO),
        ),
    )


@dataclass
class Marked:
    """What was taken, by whom: attempts and students in the order of the rows."""

    cast: Cast
    exam_id: int
    sitting_id: int
    attempt_ids: list[int]
    students: list[User]

    @property
    def questions(self) -> list[QuestionContent]:
        return list(exam_content(self.exam_id).question_map().values())


def value_of(question: QuestionContent, word: str | None) -> object:
    """Return the answer that names a choice by its text; other words are the value itself."""
    if word is None:
        return None
    keys = [choice.key for choice in question.choices if choice.text == word]
    return keys if question.kind is QuestionKind.CHOICE else word


def take(
    cast: Cast,
    rows: Sequence[Sequence[str | None]],
    *,
    questions: list[QuestionDraft] | None = None,
    exam_id: int | None = None,
    names: Mapping[int, str] | None = None,
    title: str = "Chemistry, Tuesday",
) -> Marked:
    """Hold a sitting in which every row of words is what one student gave; all are graded."""
    exam_id = exam_id or approved_exam(cast, questions)
    before = User.objects.count()
    students = [
        person(cast.institution, f"Student{before + place:02}") for place in range(len(rows))
    ]
    for place, name in (names or {}).items():
        User.objects.filter(pk=students[place].pk).update(full_name=name)
    for student in students:
        give_role(student, Role.STUDENT, cast.class_group)
    sitting_id = scheduling.schedule_sitting(
        exam_id=exam_id,
        class_group_id=cast.class_group.pk,
        plan=plan(title=title),
        actor_id=cast.admin.pk,
        student_ids=[one.pk for one in students],
    )
    sittings.start_sitting(sitting_id)
    content = list(exam_content(exam_id).question_map().values())
    for student, row in zip(students, rows, strict=True):
        hand_in(cast, sitting_id, student, list(zip(content, row, strict=False)))
    ids = [attempt_of(sitting_id, student.pk) for student in students]
    return Marked(cast, exam_id, sitting_id, ids, students)


def hand_in(
    cast: Cast,
    sitting_id: int,
    student: User,
    words: Sequence[tuple[QuestionContent, str | None]],
) -> None:
    """Let a student take the sitting: start, answer what has a word, be handed in, be graded."""
    attempt_id = attempt_of(sitting_id, student.pk)
    lease = str(taking.take_lease(attempt_id, student_id=student.pk, device="test"))
    taking.start_attempt(attempt_id, student_id=student.pk, lease=lease)
    Answer.objects.bulk_create(
        Answer(attempt_id=attempt_id, question_id=question.id, seq=1, value=value)
        for question, word in words
        if (value := value_of(question, word)) is not None
    )
    attempts.force_submit(attempt_id, actor_id=cast.ivo.pk, reason="Test")
    grading.grade_attempt(attempt_id)
