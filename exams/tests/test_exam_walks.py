"""Random exams taken by random candidates through the real services; it must find defects."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import ROUND_UP, Decimal
from fractions import Fraction
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from exams.domain import content as frozen, paper as papers, walk
from exams.domain.content import ExamContent
from exams.domain.late import LateCause
from exams.domain.policy import Navigation
from exams.domain.scoring import Outcome, mark as walk_mark, total
from exams.domain.states import ExamState
from exams.errors import AnswersRequired, AttemptOver, LastPage
from exams.models import AnswerRevision, Attempt, Exam, Result, Submission
from exams.selectors.attempts import attempt_of
from exams.selectors.results import marked_paper
from exams.services import attempts, grading, late, scheduling, sittings
from exams.services.answers import PAGE_CLOSED
from exams.tests.conftest import Cast, plan
from exams.tests.random_exams import RandomExam, Way, random_exams
from exams.tests.walking import (
    DRAW,
    Taken,
    half_up,
    oracle_score,
    oracle_walk,
    with_a_narrow_pass_mark,
)


class Walks(RuleBasedStateMachine):
    """One random exam, one candidate; `cast` is set by `run`."""

    cast: ClassVar[Cast]
    seed: ClassVar[str] = ""

    @initialize(exam=random_exams(), seed=st.integers(0, 999), strays=st.booleans())
    def begin(self, exam: RandomExam, seed: int, *, strays: bool) -> None:
        self.strays = strays  # from what was intended
        type(self).seed = str(seed)
        self.exam, self.questions = with_a_narrow_pass_mark(exam, self.seed), exam.questions()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.sitting = self.scheduled()
        self.ana = Taken(attempt_of(self.sitting, self.cast.ana.pk), self.cast.ana.pk)
        self.paper = Attempt.objects.get(pk=self.ana.attempt_id).paper
        self.drawn = [one["id"] for one in self.paper["questions"]]
        self.ana.start()
        self.given: dict[int, Way] = {}
        self.walked: list[list[int]] = [self.ana.shown()]
        self.is_over = self.was_resumed = False

    def scheduled(self) -> int:
        stored = frozen.to_json(self.exam.content)
        exam = Exam.objects.create(
            institution=self.cast.institution,
            name="Random",
            state=ExamState.APPROVED,
            passing_score=self.exam.content.passing_score,
            content=stored,
            content_hash=frozen.hash_of(stored),
            created_by=self.cast.author,
        )
        sitting_id = scheduling.schedule_sitting(
            exam_id=exam.pk,
            class_group_id=self.cast.class_group.pk,
            plan=plan(policy={"navigation": self.exam.navigation.value}),
            actor_id=self.cast.admin.pk,
        )
        sittings.start_sitting(sitting_id)
        return sitting_id

    def teardown(self) -> None:
        if not hasattr(self, "block"):
            return
        try:
            if sys.exc_info()[0] is None and hasattr(self, "is_over"):
                self.finish()
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    # The candidate ────────────────────────────────────────────────────────────────────
    @precondition(lambda self: self.strays and not self.is_over)
    @rule(data=st.data(), clears=st.sampled_from([False] * 7 + [True]))
    def answer(self, data: st.DataObject, *, clears: bool) -> None:
        open_ones = self.answerable(self.walked[-1])
        if not open_ones:
            return
        question = data.draw(st.sampled_from(open_ones))
        way = data.draw(st.sampled_from(self.questions[question].ways))
        assert self.ana.save(question, None if clears else way.value) == {}
        self.given.pop(question, None)
        if not clears:
            self.given[question] = way

    @precondition(lambda self: not self.is_over)
    @rule()
    def answer_the_rest_of_the_page(self) -> None:
        for question in self.walked[-1]:
            if question in self.exam.intended and question not in self.given:
                way = self.exam.intended[question]
                assert self.ana.save(question, way.value) == {}
                self.given[question] = way

    @precondition(lambda self: not self.is_over)
    @rule()
    def go_on(self) -> None:
        seen = self.ana.see()
        unanswered = (one for one in self.answerable(self.walked[-1]) if one not in self.given)
        lacking = [one for one in unanswered if self.questions[one].content.required]
        follows = self.expected()[len(self.all_seen()) :]
        try:
            self.ana.advance()
        except AnswersRequired:
            assert lacking
        except LastPage:
            assert not lacking
            assert follows == []
        else:
            assert not lacking
            assert not seen.page.is_last
            assert follows
            self.walked.append(self.ana.shown())
            assert len(self.walked) <= len(self.drawn), "it does not come to an end"

    @precondition(lambda self: not self.is_over and len(self.walked) > 1)
    @rule(data=st.data())
    def write_to_a_closed_page(self, data: st.DataObject) -> None:
        closed = self.answerable([one for page in self.walked[:-1] for one in page])
        if not closed:
            return
        question = data.draw(st.sampled_from(closed))
        way = data.draw(st.sampled_from(self.questions[question].ways))
        assert self.ana.save(question, way.value) == {str(question): PAGE_CLOSED}

    @precondition(lambda self: not self.is_over)
    @rule()
    def come_back_in_another_tab(self) -> None:
        before = self.ana.see()
        self.ana.take()
        after = self.ana.see()
        assert (after.questions, after.answers, after.page) == (
            before.questions,
            before.answers,
            before.page,
        )
        self.was_resumed = True

    @precondition(lambda self: self.strays and not self.is_over and len(self.given) > 1)
    @rule(by=st.sampled_from(["candidate", "clock", "staff"]))
    def end(self, by: str) -> None:
        self.end_by(by)
        self.check()

    @precondition(lambda self: self.is_over)
    @rule()
    def nothing_is_taken_after_the_end(self) -> None:
        question = next(iter(self.given))
        with pytest.raises(AttemptOver):
            self.ana.save(question, None)
        self.a_late_answer_changes_marks_and_not_what_was_asked(question)

    def end_by(self, by: str) -> None:
        if by == "candidate":
            self.ana.submit()
        elif by == "staff":
            attempts.force_submit(
                self.ana.attempt_id, actor_id=self.cast.ivo.pk, reason="The room is closed"
            )
        else:
            rows = Attempt.objects.filter(pk=self.ana.attempt_id)
            rows.update(deadline=rows.get().deadline - timedelta(days=1))
            assert attempts.expire_due() >= 1
        self.is_over = True

    # What must hold ───────────────────────────────────────────────────────────────────
    def all_seen(self) -> list[int]:
        return [one for page in self.walked for one in page]

    def expected(self) -> list[int]:
        return oracle_walk(self.exam, self.drawn, self.given)

    @invariant()
    def what_was_shown_is_the_beginning_of_the_walk(self) -> None:
        if hasattr(self, "walked"):
            assert self.expected()[: len(self.all_seen())] == self.all_seen()

    @invariant()
    def the_open_page_is_what_it_was(self) -> None:
        if not getattr(self, "is_over", True):
            seen = self.ana.see()
            assert [one.id for one in seen.questions or []] == self.walked[-1]
            assert seen.page.number == len(self.walked)
            assert seen.total == sum(self.questions[one].is_answerable for one in self.all_seen())

    def the_draw_is_fixed(self) -> None:
        assert Attempt.objects.get(pk=self.ana.attempt_id).paper == self.paper
        for pool, asked in zip(self.exam.content.pools, self.exam.pools, strict=True):
            ids = [one.content.id for one in asked]
            drawn = [one for one in self.drawn if one in ids]
            wanted = pool.number_to_answer if pool.randomize_questions else None
            assert len(drawn) == (len(ids) if wanted is None else wanted)
            assert pool.randomize_questions or drawn == ids

    def finish(self) -> None:
        """Walk to the end, hand in, and compare with the oracle and with an unbroken run."""
        if not self.is_over:
            for _ in range(len(self.drawn) + 1):
                self.answer_the_rest_of_the_page()
                pages_before = len(self.walked)
                self.go_on()
                self.what_was_shown_is_the_beginning_of_the_walk()
                if len(self.walked) == pages_before:
                    break
            assert self.all_seen() == self.expected()
            self.end_by("candidate")
            self.check()
        self.the_draw_is_fixed()
        if self.was_resumed:
            self.a_continuous_run_comes_to_the_same()

    def check(self) -> None:
        grading.grade_attempt(self.ana.attempt_id)
        asked = self.answerable(self.expected())
        result = Result.objects.get(attempt_id=self.ana.attempt_id)
        assert set(result.marks.values_list("question_id", flat=True)) == set(asked)
        shown = [one.question_id for one in marked_paper(self.ana.attempt_id).answers]
        assert shown == asked
        score = oracle_score(self.exam, asked, self.given)
        assert result.score == (None if score is None else half_up(score))
        passing = Fraction(self.exam.content.passing_score)
        assert result.passed == (None if score is None else score >= passing)
        receipt = Submission.objects.get(attempt_id=self.ana.attempt_id)
        seen = self.answerable(self.all_seen())
        assert (receipt.total, receipt.answered) == (len(seen), len(self.given))

    def a_late_answer_changes_marks_and_not_what_was_asked(self, question: int) -> None:
        way = self.questions[question].ways[-1]
        before = self.marked()
        with transaction.atomic():
            row = AnswerRevision.objects.create(
                attempt_id=self.ana.attempt_id,
                question_id=question,
                seq=10**6,
                value=way.value,
                late=True,
                held_for=LateCause.ENDED,
            )
            late.accept_late_answer(
                self.ana.attempt_id, question, row.pk, actor_id=self.cast.grader.pk
            )
            assert set(self.marked()) == set(before)
            transaction.set_rollback(True)

    def marked(self) -> dict[int, bool | None]:
        rows = Result.objects.get(attempt_id=self.ana.attempt_id).marks
        return dict(rows.values_list("question_id", "correct"))

    def a_continuous_run_comes_to_the_same(self) -> None:
        """Ben gets the same paper and gives the same answers without a break."""
        ben = Taken(attempt_of(self.sitting, self.cast.ben.pk), self.cast.ben.pk)
        mine = {"paper": self.paper, "question_ids": self.answerable(self.walked[0])}
        Attempt.objects.filter(pk=ben.attempt_id).update(**mine)
        ben.start()
        for number, page in enumerate(self.walked):
            assert ben.shown() == page
            for question in self.answerable(page):
                if question in self.given:
                    ben.save(question, self.given[question].value)
            if number + 1 < len(self.walked):
                ben.advance()
        ben.submit()
        grading.grade_attempt(ben.attempt_id)
        fields = ("score", "passed", "points_num", "points_den", "possible_num")
        one, other = (
            Result.objects.values_list(*fields).get(attempt_id=taken.attempt_id)
            for taken in (self.ana, ben)
        )
        assert one == other

    def answerable(self, page: Sequence[int]) -> list[int]:
        return [one for one in page if self.questions[one].is_answerable]


def run(cast: Cast, monkeypatch: pytest.MonkeyPatch, *, examples: int) -> None:
    """Run the machine; papers are drawn by its own seeds, so that each run is the same."""

    class Bound(Walks): ...

    Bound.cast = cast

    def seeded(content: ExamContent, seed: str, navigation: Navigation) -> papers.Paper:
        del seed
        return DRAW(content, Bound.seed, navigation)

    monkeypatch.setattr(papers, "draw", seeded)
    run_state_machine_as_test(
        Bound,
        settings=settings(
            max_examples=examples,
            stateful_step_count=8,
            deadline=None,
            phases=(Phase.generate,),
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_exams_keep_every_rule(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    run(cast, monkeypatch, examples=20)


# ── Planted defects ─────────────────────────────────────────────────────────────────────────
Steps = Iterator[tuple[int, list[int]]]


def flag_never_reset(self: walk.Route, given: walk.Given) -> Steps:
    """Upstream's defect: once one answer has ended its section, every later one is dropped."""
    place: int | None = 0 if self.pools else None
    is_up = False
    while place is not None:
        asked, turns = self.asked_in(place, given)
        yield place, [] if is_up else asked
        is_up = is_up or any(turn.ends_pool for turn in turns)
        place = self.place_after(place, turns)


def first_answered_wins(self: walk.Route, place: int, turns: Sequence[walk.Turn]) -> int | None:
    return PLACE_AFTER(self, place, list(turns)[::-1])


def backward_allowed(self: walk.Route, place: int, turns: Sequence[walk.Turn]) -> int | None:
    jumps = [jump for turn in turns for jump in turn.jumps if jump in self.places]
    if not jumps or any(turn.ends_exam for turn in turns):
        return PLACE_AFTER(self, place, turns)
    self.visits = getattr(self, "visits", 0) + 1  # type: ignore[attr-defined] # counts for the test
    assert self.visits < 50, "the walk never ends"  # type: ignore[attr-defined] # as above
    return self.places[jumps[-1]]


def only_valid_answers_lead(question: Any, value: object) -> walk.Turn:
    is_valid = walk_mark(question, value).valid
    return TURN_OF(question, value) if is_valid else walk.STRAIGHT_ON


def rounded_up_before_the_pass_test(marks: Any, passing_score: Decimal) -> Outcome:
    found = total(marks, passing_score)
    if found.score is None:
        return found
    exact = Decimal(found.score.numerator) / found.score.denominator
    rounded = exact.quantize(Decimal("0.01"), rounding=ROUND_UP)
    parts = (found.points, found.possible, found.score)
    return Outcome(*parts, passed=rounded >= passing_score, needs_person=found.needs_person)


PLACE_AFTER, TURN_OF = walk.Route.place_after, walk.turn_of

Planted = tuple[object, str, Callable[..., Any]]
DEFECTS: dict[str, Planted] = {
    "the end of a section is never reset": (walk.Route, "steps", flag_never_reset),
    "the first answered wins": (walk.Route, "place_after", first_answered_wins),
    "a jump may lead back": (walk.Route, "place_after", backward_allowed),
    "the score is rounded up before the pass test": (
        grading,
        "total",
        rounded_up_before_the_pass_test,
    ),
    "only valid answers lead": (walk, "turn_of", only_valid_answers_lead),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_the_machine_finds_a_planted_defect(
    cast: Cast, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, attribute, defect = DEFECTS[name]
    monkeypatch.setattr(where, attribute, defect)
    with pytest.raises(AssertionError):
        run(cast, monkeypatch, examples=60)
