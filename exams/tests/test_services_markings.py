"""Marking by people: claims, one marker, two markers, blind numbers, rubrics, history."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from accounts.roles import Role
from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.domain.marking import AgreementRule, MarkingAction, MarkingRules, MarkingState
from exams.domain.rubric import CriterionContent, LevelContent, RubricContent
from exams.errors import (
    AnswerClaimed,
    MarkingBegun,
    MarkInvalid,
    ResultFinal,
    ResultUnknown,
    SecondPersonNeeded,
    SittingUnknown,
    TwoMarkersNeeded,
)
from exams.models import GivenMark, Mark, MarkChange, Marking, Result
from exams.queries import database_now
from exams.selectors.markings import (
    discrepancies,
    history_of,
    marking_queue,
    marking_view,
    may_mark,
)
from exams.selectors.results import marked_paper, results_of_sitting
from exams.services import authoring, handmarks, late, markings, pools, questions, review, rubrics
from exams.services.handmarks import HandMark
from exams.services.markingplans import set_marking_rules
from exams.services.markings import GivenPoints
from exams.tests.conftest import Cast, Taking, begin, close, give_role, person, release
from exams.tests.test_domain_marking import MARKING_MOVES
from exams.tests.test_queries_races import own_connection
from exams.tests.test_services_grading import graded, handed_in
from exams.tests.test_services_late import hold
from kernel.machine import IllegalMove
from kernel.tests.machines import disagreements, moves_of_row

TWO = MarkingRules(second_marker=True, tolerance_percent=10)


@pytest.fixture
def essay(running: Taking) -> Taking:
    """Ana's essay waits for a person; it carries one point."""
    handed_in(running, None, None, None, "An essay.")
    graded(running)
    return running


def third(taken: Taking) -> int:
    """Another grader of the school."""
    grader = person(taken.cast.institution, "Third")
    give_role(grader, Role.GRADER)
    return grader.pk


def give(taken: Taking, actor_id: int, points: str, comment: str = "") -> MarkingState:
    marking_id = markings.claim_next(taken.sitting_id, actor_id=actor_id)
    assert marking_id is not None
    given = GivenPoints(points=Decimal(points), comment=comment)
    return markings.give_mark(marking_id, given, actor_id=actor_id)


def points_of(taken: Taking) -> Fraction:
    row = Mark.objects.get(result__attempt_id=taken.attempt_id, question_id=taken.questions[3])
    return Fraction(int(row.points_num), int(row.points_den))


def test_one_marker_settles_an_answer_and_the_history_says_who_and_what(essay: Taking) -> None:
    grader = essay.cast.grader.pk
    assert give(essay, grader, "0.75", "Good") is MarkingState.SETTLED
    assert points_of(essay) == Fraction(3, 4)
    assert not Result.objects.get().needs_person
    handmarks.mark_answer(
        essay.attempt_id,
        HandMark(essay.questions[3], Decimal(1), "Better", reason="Read again"),
        actor_id=essay.cast.admin.pk,
    )
    first, second = history_of(essay.attempt_id)[essay.questions[3]]
    assert (first.before, first.after, first.actor_id) == (Decimal(0), Decimal("0.75"), grader)
    assert (second.before, second.after, second.reason) == (
        Decimal("0.75"),
        Decimal(1),
        "Read again",
    )
    assert markings.claim_next(essay.sitting_id, actor_id=grader) is None


def test_nobody_is_given_what_somebody_else_reads_until_the_claim_ends(essay: Taking) -> None:
    grader, admin = essay.cast.grader.pk, essay.cast.admin.pk
    marking_id = markings.claim_next(essay.sitting_id, actor_id=grader)
    assert marking_id is not None
    assert markings.claim_next(essay.sitting_id, actor_id=grader) == marking_id
    assert markings.claim_next(essay.sitting_id, actor_id=admin) is None
    with pytest.raises(AnswerClaimed):
        markings.claim(marking_id, actor_id=admin)
    assert (may_mark(marking_id, grader), may_mark(marking_id, admin)) == (True, False)
    (line,) = marking_queue(essay.sitting_id)
    assert (line.number, line.waiting, line.reading, line.settled) == (4, 1, 1, 0)
    Marking.objects.update(claimed_until=database_now() - timedelta(seconds=1))
    assert markings.claim_next(essay.sitting_id, actor_id=admin) == marking_id
    with pytest.raises(AnswerClaimed):
        markings.give_mark(marking_id, GivenPoints(points=Decimal(1)), actor_id=grader)
    markings.let_go(marking_id, actor_id=admin)
    assert markings.claim_next(essay.sitting_id, actor_id=grader) == marking_id


@pytest.mark.django_db(transaction=True)
def test_of_two_graders_who_ask_at_once_one_gets_the_answer(essay: Taking) -> None:
    people = [essay.cast.grader.pk, essay.cast.admin.pk, essay.cast.author.pk]

    def ask(actor_id: int) -> int | None:
        with own_connection():
            return markings.claim_next(essay.sitting_id, actor_id=actor_id)

    with ThreadPoolExecutor(3) as pool:
        claimed = list(pool.map(ask, people))
    assert sum(one is not None for one in claimed) == 1
    assert Marking.objects.count() == 1


def test_two_markers_who_agree_settle_it_by_the_rule(essay: Taking) -> None:
    grader, admin = essay.cast.grader.pk, essay.cast.admin.pk
    set_marking_rules(essay.sitting_id, TWO, actor_id=grader)
    assert give(essay, grader, "0.6", "Fine") is MarkingState.FIRST_IN
    assert points_of(essay) == 0
    assert Result.objects.get().needs_person
    assert markings.claim_next(essay.sitting_id, actor_id=grader) is None
    marking_id = Marking.objects.get().pk
    with pytest.raises(SecondPersonNeeded):
        markings.claim(marking_id, actor_id=grader)
    assert marking_view(marking_id).earlier == ()
    assert give(essay, admin, "0.7", "Well") is MarkingState.SETTLED
    assert points_of(essay) == Fraction(13, 20)
    assert Mark.objects.get(question_id=essay.questions[3]).comment == "Fine\n\nWell"
    assert MarkChange.objects.get().act == "agreed"


def test_two_markers_who_differ_are_reconciled_by_a_third_person(essay: Taking) -> None:
    grader, admin, other = essay.cast.grader.pk, essay.cast.admin.pk, third(essay)
    set_marking_rules(essay.sitting_id, TWO, actor_id=grader)
    give(essay, grader, "0")
    assert give(essay, admin, "1") is MarkingState.DISPUTED
    (row,) = discrepancies(essay.sitting_id)
    assert (row.first, row.second) == (Decimal(0), Decimal(1))
    assert row.markers == (grader, admin)
    for who in (grader, admin):
        with pytest.raises(SecondPersonNeeded):
            markings.claim(row.marking_id, actor_id=who)
    assert [one.points for one in marking_view(row.marking_id).earlier] == [0, 1]
    assert give(essay, other, "0.4") is MarkingState.SETTLED
    assert points_of(essay) == Fraction(2, 5)
    assert GivenMark.objects.count() == 3


def test_the_points_of_two_markers_cannot_be_given_by_one_at_the_paper(essay: Taking) -> None:
    set_marking_rules(essay.sitting_id, TWO, actor_id=essay.cast.grader.pk)
    mark = HandMark(essay.questions[3], Decimal(1))
    with pytest.raises(TwoMarkersNeeded):
        handmarks.mark_answer(essay.attempt_id, mark, actor_id=essay.cast.grader.pk)


def test_how_it_is_marked_is_fixed_once_points_are_given(essay: Taking) -> None:
    grader = essay.cast.grader.pk
    set_marking_rules(essay.sitting_id, TWO, actor_id=grader)
    one = MarkingRules(agreement=AgreementRule.FIRST)
    set_marking_rules(essay.sitting_id, one, actor_id=grader)
    give(essay, grader, "1")
    with pytest.raises(MarkingBegun):
        set_marking_rules(essay.sitting_id, TWO, actor_id=grader)
    with pytest.raises(SittingUnknown):
        set_marking_rules(10**9, TWO, actor_id=grader)
    with pytest.raises(ValueError, match="101"):
        set_marking_rules(essay.sitting_id, MarkingRules(tolerance_percent=101), actor_id=grader)


def test_blind_candidates_are_numbers_until_all_is_marked(essay: Taking) -> None:
    grader = essay.cast.grader.pk
    set_marking_rules(essay.sitting_id, MarkingRules(blind=True), actor_id=grader)
    close(essay)
    marking_id = markings.claim_next(essay.sitting_id, actor_id=grader)
    assert marking_id is not None
    number = marking_view(marking_id).candidate
    assert "Ana" not in number
    names = {row.attempt_id: row.name for row in results_of_sitting(essay.sitting_id)}
    assert names[essay.attempt_id] == number
    assert set(names.values()).isdisjoint({"Ana", "Ben"})
    assert marked_paper(essay.attempt_id).student_name == number
    markings.give_mark(marking_id, GivenPoints(points=Decimal(1)), actor_id=grader)
    assert marked_paper(essay.attempt_id).student_name == "Ana"
    assert {row.name for row in results_of_sitting(essay.sitting_id)} == {"Ana", "Ben"}


def test_another_answer_opens_the_marking_again_and_keeps_what_was_given(essay: Taking) -> None:
    grader = essay.cast.grader.pk
    give(essay, grader, "1")
    hold(essay, essay.questions[3], 9, "A longer essay.")
    revision = essay.attempt.revisions.get(late=True).pk
    late.accept_late_answer(essay.attempt_id, essay.questions[3], revision, actor_id=grader)
    marking = Marking.objects.get()
    assert marking.state == MarkingState.WAITING
    assert GivenMark.objects.get().set_aside_at is not None
    assert give(essay, grader, "0.5") is MarkingState.SETTLED
    assert points_of(essay) == Fraction(1, 2)
    acts = [one.act for one in history_of(essay.attempt_id)[essay.questions[3]]]
    assert acts == ["given", "dropped", "given"]


@pytest.mark.parametrize("points", [None, "-1", "1.01", "NaN"])
def test_points_outside_of_the_question_are_refused(essay: Taking, points: str | None) -> None:
    grader = essay.cast.grader.pk
    marking_id = markings.claim_next(essay.sitting_id, actor_id=grader)
    assert marking_id is not None
    given = GivenPoints(points=None if points is None else Decimal(points))
    with pytest.raises(MarkInvalid):
        markings.give_mark(marking_id, given, actor_id=grader)


def test_what_is_released_or_unknown_is_not_marked(essay: Taking) -> None:
    grader = essay.cast.grader.pk
    for act in (markings.claim, give_one):
        with pytest.raises(ResultUnknown):
            act(10**9, actor_id=grader)
    give(essay, grader, "1")
    release(essay)
    with pytest.raises(ResultFinal):
        give_one(Marking.objects.get().pk, actor_id=grader)
    assert markings.claim_next(10**9, actor_id=grader) is None


def give_one(marking_id: int, *, actor_id: int) -> None:
    markings.give_mark(marking_id, GivenPoints(points=Decimal(1)), actor_id=actor_id)


def test_a_marking_moves_as_specified_and_not_otherwise(essay: Taking) -> None:
    markings.claim_next(essay.sitting_id, actor_id=essay.cast.grader.pk)
    rows = Marking.objects.all()

    def act(action: MarkingAction) -> bool:
        try:
            markings._move(Marking.objects.get(), action)
        except IllegalMove:
            return False
        return True

    assert disagreements(moves_of_row(rows, act), MARKING_MOVES) == []


def criterion(name: str, *points: str) -> CriterionContent:
    return CriterionContent(
        name=name, levels=tuple(LevelContent(points=Decimal(p), text=p) for p in points)
    )


RUBRIC = RubricContent(
    criteria=(criterion("Idea", "0", "1.5", "3"), criterion("Style", "0", "1")),
    guidance="Look for the idea first.",
)


def rubric_exam(cast: Cast) -> int:
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk, name="Essays", actor_id=cast.author.pk
    )
    pool_id = pools.add_pool(exam_id, name="Section")
    draft = QuestionDraft(name="essay", kind=QuestionKind.TEXT, prompt="Write", points=Decimal(4))
    question_id = questions.add_question(pool_id, draft)
    rubrics.write_rubric(question_id, RUBRIC)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    review.approve_exam(exam_id, actor_id=cast.admin.pk)
    return exam_id


def test_a_rubric_is_frozen_with_the_exam_and_its_levels_add_up(cast: Cast) -> None:
    taken = begin(cast, exam_id=rubric_exam(cast))
    handed_in(taken, "An essay.")
    graded(taken)
    marking_id = markings.claim_next(taken.sitting_id, actor_id=cast.grader.pk)
    assert marking_id is not None
    assert marking_view(marking_id).rubric == RUBRIC
    with pytest.raises(MarkInvalid):
        markings.give_mark(marking_id, GivenPoints(levels={0: 2}), actor_id=cast.grader.pk)
    picked = GivenPoints(levels={0: 1, 1: 1}, remarks={1: "Clear"}, comment="Go on")
    assert markings.give_mark(marking_id, picked, actor_id=cast.grader.pk) is MarkingState.SETTLED
    row = Mark.objects.get()
    assert Fraction(int(row.points_num), int(row.points_den)) == Fraction(5, 2)
    assert GivenMark.objects.get().levels == {
        "0": {"level": 1, "comment": ""},
        "1": {"level": 1, "comment": "Clear"},
    }
