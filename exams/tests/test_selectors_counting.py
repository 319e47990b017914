"""Of several attempts one counts: in the lists, in the figures, in files and for the student."""

import csv
import io
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.counting import AttemptsCount
from exams.domain.marking import MarkingRules
from exams.exports.result_list import result_document
from exams.exports.workbook import ResultBook
from exams.models import Result
from exams.selectors.counting import counting_attempts, counting_of_student, set_aside
from exams.selectors.question_statistics import question_lines
from exams.selectors.result_rows import rows_to_export
from exams.selectors.results import results_of_sitting
from exams.selectors.sittings import sitting_view
from exams.selectors.statistics import exam_statistics, group_figures
from exams.services import grading, sittings, taking
from exams.services.markingplans import set_marking_rules
from exams.services.retakes import create_attempt
from exams.tests.conftest import Cast, close, shift_sitting
from exams.tests.paged import Plan, Walker, walker
from exams.tests.pages import client_of, page_of

FIVE: Plan = {"One": {"questions": {f"q{number}": {} for number in range(5)}}}
RIGHT = (2, 3, 1)  # of five, in three attempts


@pytest.fixture(params=list(AttemptsCount))
def rule(request: pytest.FixtureRequest) -> AttemptsCount:
    return AttemptsCount(request.param)


def thrice(cast: Cast, rule: AttemptsCount = AttemptsCount.BEST) -> tuple[Walker, list[int]]:
    """Ana tries three times and never passes; Ben does not come."""
    policy = {"attempts_allowed": 3, "attempts_count": rule.value}
    ana = walker(cast, FIVE, passing_score=90, policy=policy)
    ids: list[int] = []
    for right in RIGHT:
        if ids:
            again(ana)
        for number in range(right):
            ana.save(f"q{number}", "right")
        ana.submit()
        grading.grade_attempt(ana.taking.attempt_id)
        ids.append(ana.taking.attempt_id)
    return ana, ids


def again(ana: Walker) -> None:
    sitting = ana.taking.sitting_id
    ana.taking.attempt_id = create_attempt(sitting, student_id=ana.student)
    lease = taking.take_lease(ana.taking.attempt_id, student_id=ana.student, device="test")
    ana.taking.lease = str(lease)
    taking.start_attempt(ana.taking.attempt_id, student_id=ana.student, lease=ana.taking.lease)
    ana.digest.clear()


PLACES = {AttemptsCount.BEST: 1, AttemptsCount.LAST: 2, AttemptsCount.FIRST: 0}


def test_the_rule_of_the_sitting_says_which_attempt_counts(cast: Cast, rule: AttemptsCount) -> None:
    ana, ids = thrice(cast, rule)
    counting = counting_attempts([ana.taking.sitting_id])
    assert counting == {one: one == ids[PLACES[rule]] for one in ids}
    assert counting_of_student(ana.student) == counting
    assert set_aside([ana.taking.sitting_id]) == {*ids} - {ids[PLACES[rule]]}
    assert counting_of_student(cast.olga.pk) == counting_of_student(cast.ben.pk) == {}


def test_a_sitting_without_a_rule_counts_the_best_and_one_attempt_needs_none(cast: Cast) -> None:
    ana, ids = thrice(cast)
    sitting = Result.objects.select_related("attempt__sitting")[0].attempt.sitting
    del sitting.policy["attempts_count"]
    sitting.save()
    with CaptureQueriesContext(connection) as seen:
        assert set_aside([ana.taking.sitting_id]) == {ids[0], ids[2]}
    assert len(seen) == 1


def test_an_attempt_that_is_under_way_does_not_count_yet(cast: Cast) -> None:
    ana = walker(
        cast, FIVE, passing_score=90, policy={"attempts_allowed": 2, "attempts_count": "last"}
    )
    ana.submit()
    grading.grade_attempt(ana.taking.attempt_id)
    first = ana.taking.attempt_id
    again(ana)
    assert counting_attempts([ana.taking.sitting_id]) == {
        first: True,
        ana.taking.attempt_id: False,
    }


def test_lists_and_figures_take_the_attempt_that_counts(cast: Cast, rule: AttemptsCount) -> None:
    ana, ids = thrice(cast, rule)
    sitting_id, chosen = ana.taking.sitting_id, ids[PLACES[rule]]
    rows = {row.attempt_id: row for row in results_of_sitting(sitting_id)}
    assert [(rows[one].number, rows[one].counts) for one in ids] == [
        (place, one == chosen) for place, one in enumerate(ids, 1)
    ]
    (ben,) = (row for row in rows.values() if row.attempt_id not in ids)
    assert (ben.number, ben.counts) == (1, None)
    exam_id = sitting_view(sitting_id).exam_id
    found = exam_statistics(exam_id, [sitting_id])
    assert (found.counted, found.waiting) == (1, 0)
    assert found.scores is not None
    assert found.scores.mean == 20 * RIGHT[PLACES[rule]]
    group = group_figures([sitting_id])[sitting_id]
    assert (group.counted, group.waiting, group.scores) == (1, 0, found.scores)


def test_the_figures_follow_when_another_attempt_becomes_the_best(cast: Cast) -> None:
    ana, ids = thrice(cast)
    sitting_id = ana.taking.sitting_id
    exam_id = sitting_view(sitting_id).exam_id
    before = exam_statistics(exam_id, [sitting_id])
    Result.objects.filter(attempt_id=ids[0]).update(points_num=5, score=100)
    after = exam_statistics(exam_id, [sitting_id])
    assert before.scores is not None
    assert after.scores is not None
    assert [before.scores.mean, after.scores.mean] == [Fraction(60), Fraction(100)]


def test_files_say_which_attempt_counts(cast: Cast) -> None:
    ana, _ids = thrice(cast)
    sitting_id = ana.taking.sitting_id
    response = client_of(cast.grader).get(f"/sittings/{sitting_id}/results.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # streamed
    lines = list(csv.DictReader(io.StringIO(text)))
    told = [(line["Attempt number"], line["Counts"]) for line in lines if line["Name"] == "Ana"]
    assert told == [("1", "No"), ("2", "Yes"), ("3", "No")]
    sitting = sitting_view(sitting_id)
    statistics = exam_statistics(sitting.exam_id, [sitting_id])
    book = ResultBook(
        rows=list(rows_to_export(sitting_id)),
        lines=question_lines(sitting.exam_id, statistics, {}),
        statistics=statistics,
    )
    candidates = result_document(sitting, book).tables[-1]
    assert [row[3:5] for row in candidates.rows] == [
        *(("1", "No"), ("2", "Yes"), ("3", "No")),
        ("1", ""),
    ]
    assert {len(row) for row in candidates.rows} == {len(candidates.head)} == {10}


def test_while_names_are_hidden_nothing_tells_that_papers_are_of_one_person(cast: Cast) -> None:
    ana, _ids = thrice(cast)
    set_marking_rules(ana.taking.sitting_id, MarkingRules(blind=True), actor_id=cast.grader.pk)
    shown, exported = results_of_sitting, rows_to_export
    seen = [(row.number, row.counts) for row in shown(ana.taking.sitting_id)]
    seen += [(row.number, row.counts) for row in exported(ana.taking.sitting_id)]
    assert set(seen) == {(None, None)}


def test_pages_say_which_attempt_counts_to_students_once_it_is_released(cast: Cast) -> None:
    ana, ids = thrice(cast)
    sitting_id = ana.taking.sitting_id
    results = page_of(client_of(cast.grader).get(f"/sittings/{sitting_id}/results/"))
    assert results.count("Does not count") == 2
    assert "The best one; of equal ones the earlier." in results
    figures = page_of(client_of(cast.grader).get(f"/sittings/{sitting_id}/statistics/"))
    assert "only the one that counts is in these figures" in figures
    mine = client_of(cast.ana)
    assert "Does not count" not in page_of(mine.get("/results/"))
    shift_sitting(sitting_id, timedelta(hours=-3))
    close(ana.taking)
    sittings.move_due_sittings()
    grading.release_results(sitting_id, actor_id=cast.grader.pk)
    released = page_of(mine.get("/results/"))
    assert released.count("Does not count") == 2
    assert "attempt 3" in released
    assert "Does not count" in page_of(mine.get(f"/results/{ids[0]}/"))
    best = page_of(mine.get(f"/results/{ids[1]}/"))
    assert "Does not count" not in best
    assert "The best one; of equal ones the earlier." in best
