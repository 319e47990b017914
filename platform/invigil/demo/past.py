"""A sitting that is over: played through the services, graded, released."""

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from exams.selectors.attempts import attempt_of, snapshot
from exams.selectors.contents import approved_content
from exams.selectors.sittings import attempt_ids
from exams.services.answers import save_answers
from exams.services.grading import grade_attempt
from exams.services.scheduling import SittingPlan, schedule_sitting
from exams.services.sittings import close_sitting, finish_grading, open_lobby, start_sitting
from exams.services.taking import start_attempt, submit_attempt, take_lease
from exams.wire import AnswerIn
from invigil.demo.answers import given_by
from invigil.demo.people import STUDENTS
from kernel import clock

SEED: Final = 20  # the same marks in every demo
BATCH: Final = 20


def make_past_sitting(
    exam_id: int, content_hash: str, class_id: int, people: Mapping[str, int]
) -> int:
    """Hold a short sitting of the second class from check-in to graded; return its id."""
    now = clock.now()
    plan = SittingPlan(
        title="General knowledge · Practice",
        lobby_opens_at=now - timedelta(minutes=50),
        starts_at=now - timedelta(minutes=45),
        closes_at=now + timedelta(minutes=5),
        duration=timedelta(minutes=40),
    )
    sitting_id = schedule_sitting(
        exam_id=exam_id, class_group_id=class_id, plan=plan, actor_id=people["admin"]
    )
    open_lobby(sitting_id)
    start_sitting(sitting_id)
    rng = random.Random(SEED)  # noqa: S311 a repeatable demo, no secret
    content = approved_content(exam_id, content_hash).question_map()
    for student in STUDENTS["10b"]:
        skill = rng.uniform(0.35, 0.95)
        _take(
            attempt_of(sitting_id, people[student.login]),
            people[student.login],
            lambda question: given_by(content[question], skill, rng),  # noqa: B023 used before the next round
        )
    close_sitting(sitting_id)
    for attempt_id in attempt_ids(sitting_id):
        grade_attempt(attempt_id)
    finish_grading(sitting_id)
    return sitting_id


def _take(attempt_id: int, student_id: int, answer: Callable[[int], Any]) -> None:
    """Take one attempt: start, answer everything that has an answer, hand in."""
    lease = str(take_lease(attempt_id, student_id=student_id, device="demo"))
    start_attempt(attempt_id, student_id=student_id, lease=lease)
    questions = snapshot(attempt_id, student_id).questions or []
    given = {question.id: answer(question.id) for question in questions}
    answers = [
        AnswerIn(question=question, seq=1, value=value)
        for question, value in given.items()
        if value is not None
    ]
    for first in range(0, len(answers), BATCH):
        batch = answers[first : first + BATCH]
        save_answers(attempt_id, student_id=student_id, lease=lease, answers=batch)
    digest = {answer.question: 1 for answer in answers}
    submit_attempt(attempt_id, student_id=student_id, lease=lease, digest=digest)
