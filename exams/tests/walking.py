"""For tests: what seed 002's sentences ask of an exam, and a candidate who takes it.

The oracle knows an exam only as its author meant it (random_exams.py): its walk, its score and
its pass test are written here once more, in whole fractions, without the code under test.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
from django.db import transaction

from exams.domain import paper as papers
from exams.selectors.attempts import snapshot
from exams.services import answers, pages, taking
from exams.tests.random_exams import RandomExam, Way
from exams.wire import AnswerIn, AttemptSnapshot

Given = Mapping[int, Way]
DRAW = papers.draw


# ── The oracle ──────────────────────────────────────────────────────────────────────────────
def oracle_walk(exam: RandomExam, drawn: Sequence[int], given: Given) -> list[int]:
    """Which questions are asked, by the sentences of seed 002."""
    asked: list[int] = []
    number, last = 1, len(exam.pools)
    while number <= last:
        own = exam.content.pools[number - 1].next_question_pool
        follows = own if own is not None and number < own <= last else number + 1
        is_over = False
        for question in drawn:
            if question not in {one.content.id for one in exam.pools[number - 1]}:
                continue
            asked.append(question)
            way = given.get(question, Way(None))
            for jump in way.jumps:
                if number < jump <= last:
                    follows = jump
            is_over = is_over or way.ends_exam
            if way.ends_pool:
                break
        if is_over:
            break
        number = follows
    return asked


def oracle_score(exam: RandomExam, asked: Sequence[int], given: Given) -> Fraction | None:
    """Percent of the points of the questions asked; None where nothing is marked."""
    questions = exam.questions()
    possible = sum(questions[one].points for one in asked)
    earned = sum(questions[one].points for one in asked if given.get(one, Way(None)).is_right)
    return Fraction(100 * earned, possible) if possible else None


def half_up(score: Fraction) -> Decimal:
    hundredths, rest = divmod(score * 100, 1)
    return Decimal(int(hundredths) + (1 if rest >= Fraction(1, 2) else 0)) / 100


def with_a_narrow_pass_mark(exam: RandomExam, seed: str) -> RandomExam:
    """Let who answers as intended fail by less than a hundredth, if the score is not a round one."""
    drawn = [one.id for one in DRAW(exam.content, seed, exam.navigation).questions]
    asked = oracle_walk(exam, drawn, exam.intended)
    score = oracle_score(exam, asked, exam.intended) or Fraction(0)
    passing = Decimal(math.ceil(score * 100)) / 100
    return replace(exam, content=msgspec.structs.replace(exam.content, passing_score=passing))


# ── The candidate ───────────────────────────────────────────────────────────────────────────
class Taken:
    """One candidate's attempt, by public services only."""

    def __init__(self, attempt_id: int, student_id: int) -> None:
        self.attempt_id, self.student_id = attempt_id, student_id
        self.lease, self.seq = "", 0
        self.take()

    def take(self) -> None:
        self.lease = str(taking.take_lease(self.attempt_id, student_id=self.student_id))

    def start(self) -> None:
        taking.start_attempt(self.attempt_id, student_id=self.student_id, lease=self.lease)

    def see(self) -> AttemptSnapshot:
        return snapshot(self.attempt_id, self.student_id)

    def shown(self) -> list[int]:
        return [one.id for one in self.see().questions or []]

    def save(self, question: int, value: Any) -> Mapping[str, str]:
        self.seq += 1
        given = AnswerIn(question=question, seq=self.seq, value=value)
        reply = answers.save_answers(
            self.attempt_id, student_id=self.student_id, lease=self.lease, answers=[given]
        )
        return reply.refused

    def advance(self) -> None:
        with transaction.atomic():
            pages.advance_page(
                self.attempt_id,
                student_id=self.student_id,
                lease=self.lease,
                page=self.see().page.number,
                digest={},
            )

    def submit(self) -> None:
        taking.submit_attempt(
            self.attempt_id, student_id=self.student_id, lease=self.lease, digest={}
        )
