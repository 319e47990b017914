"""A sitting of the demo exam that any number of students have taken, for benchmarks.

Its rows are written in bulk, as grading would have left them: the marks come from the engine.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any, Final

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from exams.domain import paper as papers
from exams.domain.answer import PERSON_KINDS, QuestionKind
from exams.domain.content import ExamContent, QuestionContent
from exams.domain.scoring import QuestionMark, mark, shown, total
from exams.selectors import statistics
from exams.services.scheduling import SittingPlan, schedule_sitting
from invigil.demo import school
from kernel import clock

Given = tuple[object, QuestionMark]
EIGHTHS: Final = 8  # steps in which a person gives points
BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Stage:
    """One sitting that is graded."""

    exam_id: int
    sitting_id: int
    questions: int

    def compute(self) -> object:
        """Compute the statistics as after a change."""
        statistics.forget()
        return statistics.exam_statistics(self.exam_id, [self.sitting_id])


def marked_sitting(attempts: int) -> Stage:
    """Make the demo school if need be, and a sitting with so many graded attempts."""
    call_command("prepare", stdout=StringIO())
    demo = school.stage()
    if demo is None:
        raise SystemExit("The demo school is missing: python3 run.py manage seed_demo")
    now = clock.now()
    sitting_id = schedule_sitting(
        exam_id=demo.exam_id,
        class_group_id=demo.class_id,
        plan=SittingPlan(
            title=f"Bench of {attempts}",
            starts_at=now,
            closes_at=now + timedelta(hours=1),
            duration=timedelta(minutes=50),
        ),
        actor_id=demo.admin_id,
        student_ids=[],
    )
    content = statistics.exam_content(demo.exam_id)
    with transaction.atomic():
        for start in range(0, attempts, BATCH):
            _fill(sitting_id, content, range(start, min(start + BATCH, attempts)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    asked = sum(question.is_answerable for question in content.question_map().values())
    return Stage(demo.exam_id, sitting_id, asked)


def _rows(name: str) -> Any:  # noqa: ANN401 a table of an app that only shows itself by services
    return apps.get_model(name).objects


def _fill(sitting_id: int, content: ExamContent, places: Sequence[int]) -> None:
    chance = random.Random(f"{sitting_id}/{places[0]}")  # noqa: S311 sample answers
    possible = {one.id: _possible(one) for one in content.question_map().values()}
    taken = [_take(content, possible, chance) for _ in places]
    attempts = _attempts(sitting_id, content, places)
    results = _results(attempts, taken, content.passing_score)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for result, given in zip(results, taken, strict=True):
            for row in _marks(result.pk, given):
                copy.write_row(row)


_COPY: Final = (
    "COPY exams_mark (result_id, question_id, points_num, points_den, possible, valid, correct,"
    " needs_person, message, comment) FROM STDIN"
)


def _possible(question: QuestionContent) -> list[Given]:
    """Return what a student may give to a question: right first, then what is wrong, then nothing."""
    match question.kind:
        case QuestionKind.CHOICE:
            values: list[object] = [[choice.key] for choice in question.choices]
        case QuestionKind.MATCHING:
            rights = [left.match_key for left in question.lefts]
            keys = [str(left.key) for left in question.lefts]
            orders = (rights, rights[::-1], rights[1:] + rights[:1])
            values = [dict(zip(keys, one, strict=True)) for one in orders]
        case QuestionKind.BOOL:
            values = [True, False]
        case kind if kind in PERSON_KINDS:
            return [_by_hand(question, eighths) for eighths in range(EIGHTHS, -1, -1)]
        case _:
            values = [*(choice.text for choice in question.choices), *map(str, range(1, 6))]
    given = [(value, mark(question, value)) for value in values]
    given.sort(key=lambda one: -one[1].points)
    return [*given, (None, mark(question, None))]


def _by_hand(question: QuestionContent, eighths: int) -> Given:
    points = Fraction(question.points) * eighths / EIGHTHS
    value = f"An essay that is worth {eighths} of {EIGHTHS}. " * 6
    return value, QuestionMark(points, Fraction(question.points), valid=True, correct=None)


def _take(
    content: ExamContent, possible: dict[int, list[Given]], chance: random.Random
) -> dict[int, Given]:
    skill = chance.uniform(0.3, 1.0)
    return {
        one.id: possible[one.id][0] if chance.random() < skill else chance.choice(possible[one.id])
        for one in content.question_map().values()
        if one.is_answerable
    }


def _attempts(sitting_id: int, content: ExamContent, places: Sequence[int]) -> list[Any]:
    users = _rows("accounts.User").bulk_create(
        _rows("accounts.User").model(
            email=f"bench-{sitting_id}-{place}@demo.example", full_name=f"Student {place}"
        )
        for place in places
    )
    candidates = _rows("exams.Candidate").bulk_create(
        _rows("exams.Candidate").model(sitting_id=sitting_id, student_id=user.pk) for user in users
    )
    drawn = papers.draw(content, seed=f"bench{sitting_id}")
    questions = content.question_map()
    asked = [one for one in drawn.question_ids() if questions[one].is_answerable]
    made: list[Any] = _rows("exams.Attempt").bulk_create(
        _rows("exams.Attempt").model(
            candidate=candidate,
            sitting_id=sitting_id,
            student_id=candidate.student_id,
            paper=papers.to_json(drawn),
            question_ids=asked,
            state="submitted",
            deadline=clock.now(),
        )
        for candidate in candidates
    )
    return made


def _results(
    attempts: Sequence[Any], taken: Sequence[dict[int, Given]], passing_score: Decimal
) -> list[Any]:
    pairs = list(zip(attempts, taken, strict=True))
    _rows("exams.Submission").bulk_create(
        _rows("exams.Submission").model(
            attempt=attempt,
            receipt=uuid.uuid4(),
            kind="self",
            answers={str(one): {"seq": 1, "value": value} for one, (value, _) in given.items()},
            answered=len(given),
            total=len(given),
            submitted_at=clock.now(),
        )
        for attempt, given in pairs
    )
    made: list[Any] = _rows("exams.Result").bulk_create(
        _result(attempt, given, passing_score) for attempt, given in pairs
    )
    return made


def _result(attempt: Any, given: dict[int, Given], passing_score: Decimal) -> Any:  # noqa: ANN401 rows of another app
    outcome = total((one for _, one in given.values()), passing_score)
    return _rows("exams.Result").model(
        attempt=attempt,
        state="graded",
        points_num=outcome.points.numerator,
        points_den=outcome.points.denominator,
        possible_num=outcome.possible.numerator,
        possible_den=outcome.possible.denominator,
        score=None if outcome.score is None else shown(outcome.score),
        passed=outcome.passed,
        graded_at=clock.now(),
    )


def _marks(result_id: int, given: dict[int, Given]) -> Iterator[tuple[object, ...]]:
    for question, (_, one) in given.items():
        points, possible = one.points, one.possible
        yield (
            result_id,
            question,
            points.numerator,
            points.denominator,
            Decimal(possible.numerator) / possible.denominator,
            one.valid,
            one.correct,
            False,
            one.fault.value if one.fault else "",
            "",
        )
