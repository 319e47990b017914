"""What a student reads of the rubric: levels, points and remarks, never who marked."""

from decimal import Decimal

import pytest

from accounts.roles import Role
from exams.domain.marking import AgreementRule, MarkingRules
from exams.errors import ResultUnknown
from exams.selectors.criteria import CriteriaView
from exams.selectors.markings import marking_view
from exams.selectors.results import marked_paper, released_paper
from exams.services import handmarks, markings
from exams.services.handmarks import HandMark
from exams.services.markingplans import set_marking_rules
from exams.services.markings import GivenPoints
from exams.tests.conftest import Cast, Taking, begin, give_role, person, release
from exams.tests.pages import client_of, page_of
from exams.tests.test_services_grading import graded, handed_in
from exams.tests.test_services_markings import rubric_exam

LOW = GivenPoints(levels={0: 1, 1: 1}, remarks={0: "Half of it", 1: ""}, comment="Go on")
HIGH = GivenPoints(levels={0: 2, 1: 1}, remarks={0: "Nearly all", 1: "Clear"})


@pytest.fixture
def essay(cast: Cast) -> Taking:
    """Ana's essay carries four points: three for the idea, one for the style."""
    taken = begin(cast, exam_id=rubric_exam(cast))
    handed_in(taken, "An essay.")
    graded(taken)
    return taken


def give(taken: Taking, given: GivenPoints, actor_id: int) -> None:
    marking_id = markings.claim_next(taken.sitting_id, actor_id=actor_id)
    assert marking_id is not None
    markings.give_mark(marking_id, given, actor_id=actor_id)


def read(taken: Taking) -> CriteriaView | None:
    (answer,) = released_paper(taken.attempt_id, taken.cast.ana.pk).answers
    return answer.criteria


def told(taken: Taking) -> list[tuple[object, ...]]:
    seen = read(taken)
    assert seen is not None
    assert seen.is_current
    return [(one.name, one.points, one.possible, one.remarks) for one in seen.criteria]


def test_a_released_result_tells_points_and_remarks_of_each_criterion(essay: Taking) -> None:
    give(essay, LOW, essay.cast.grader.pk)
    with pytest.raises(ResultUnknown):
        read(essay)
    release(essay)
    assert told(essay) == [
        ("Idea", Decimal("1.50"), Decimal("3.00"), ("Half of it",)),
        ("Style", Decimal("1.00"), Decimal("1.00"), ()),
    ]
    page = page_of(client_of(essay.cast.ana).get(f"/results/{essay.attempt_id}/"))
    assert "Half of it" in page
    assert page.index("Criteria of question 1") < page.index("Go on")
    assert essay.cast.grader.full_name not in page
    with pytest.raises(ResultUnknown):
        released_paper(essay.attempt_id, essay.cast.olga.pk)


def test_nothing_is_told_where_the_marking_plan_says_so_but_graders_see_it(essay: Taking) -> None:
    grader = essay.cast.grader
    rules = MarkingRules(show_criteria=False)
    set_marking_rules(essay.sitting_id, rules, actor_id=grader.pk)
    marking_id = markings.claim_next(essay.sitting_id, actor_id=grader.pk)
    form = page_of(client_of(grader).get(f"/markings/{marking_id}/"))
    assert "Remark, for markers only" in form
    give(essay, LOW, grader.pk)
    release(essay)
    assert read(essay) is None
    page = page_of(client_of(essay.cast.ana).get(f"/results/{essay.attempt_id}/"))
    assert "Half of it" not in page
    assert "Go on" in page
    paper = page_of(client_of(grader).get(f"/attempts/{essay.attempt_id}/paper/"))
    assert "Half of it" in paper


@pytest.mark.parametrize(
    ("rule", "idea", "remarks"),
    [
        (AgreementRule.AVERAGE, "2.25", ("Half of it", "Nearly all")),
        (AgreementRule.FIRST, "1.50", ("Half of it",)),
        (AgreementRule.HIGHER, "3.00", ("Nearly all",)),
    ],
)
def test_of_two_blind_marks_those_that_count_are_told_without_names(
    essay: Taking, rule: AgreementRule, idea: str, remarks: tuple[str, ...]
) -> None:
    rules = MarkingRules(blind=True, second_marker=True, tolerance_percent=50, agreement=rule)
    set_marking_rules(essay.sitting_id, rules, actor_id=essay.cast.grader.pk)
    give(essay, LOW, essay.cast.grader.pk)
    assert marked_paper(essay.attempt_id).answers[0].criteria is None  # the second one is to come
    give(essay, HIGH, essay.cast.admin.pk)
    release(essay)
    assert told(essay)[0] == ("Idea", Decimal(idea), Decimal("3.00"), remarks)
    page = page_of(client_of(essay.cast.ana).get(f"/results/{essay.attempt_id}/"))
    for marker in (essay.cast.grader, essay.cast.admin):
        assert f">{marker.full_name}<" not in page


def test_points_that_were_changed_later_are_told_to_be_so(essay: Taking) -> None:
    give(essay, LOW, essay.cast.grader.pk)
    (answer,) = marked_paper(essay.attempt_id).answers
    better = HandMark(answer.question_id, Decimal(4), "Read again")
    handmarks.mark_answer(essay.attempt_id, better, actor_id=essay.cast.admin.pk)
    release(essay)
    seen = read(essay)
    assert seen is not None
    assert not seen.is_current
    page = page_of(client_of(essay.cast.ana).get(f"/results/{essay.attempt_id}/"))
    assert "were changed after it was marked" in page


def test_who_reconciles_two_marks_sees_what_each_picked(essay: Taking) -> None:
    rules = MarkingRules(second_marker=True, tolerance_percent=0)
    set_marking_rules(essay.sitting_id, rules, actor_id=essay.cast.grader.pk)
    give(essay, LOW, essay.cast.grader.pk)
    give(essay, HIGH, essay.cast.admin.pk)
    other = person(essay.cast.institution, "Third")
    give_role(other, Role.GRADER)
    marking_id = markings.claim_next(essay.sitting_id, actor_id=other.pk)
    assert marking_id is not None
    earlier = marking_view(marking_id).earlier
    assert [one.criteria[0].remarks for one in earlier] == [("Half of it",), ("Nearly all",)]
    page = page_of(client_of(other).get(f"/markings/{marking_id}/"))
    assert page.index("1.5 / 3") < page.index("Half of it") < page.index("Nearly all")
    give(essay, HIGH, other.pk)
    release(essay)
    assert told(essay)[0][-1] == ("Nearly all",), "what was reconciled is what counts"
