from dataclasses import replace
from decimal import Decimal

from hypothesis import given

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.outline import ExamHeader, ExamOutline, PoolDraft
from exams.domain.outline_diff import Change, ImportMode, compare, pools_in_order
from exams.tests.outlines import exams


def question(
    name: str, prompt: str = "?", xml_id: str = "", *choices: ChoiceDraft
) -> QuestionDraft:
    return QuestionDraft(name, QuestionKind.CHOICE, prompt, xml_id=xml_id, choices=choices)


def exam(*pools: PoolDraft) -> ExamOutline:
    return ExamOutline(ExamHeader("Exam"), pools)


def pool(name: str, *questions: QuestionDraft, xml_id: str = "") -> PoolDraft:
    return PoolDraft(name, xml_id=xml_id, questions=questions)


def changes(old: ExamOutline, new: ExamOutline) -> list[tuple[str, str]]:
    return [(one.name, one.change.value) for one in compare(old, new).questions]


@given(exams())
def test_an_exam_beside_itself_is_unchanged(outline: ExamOutline) -> None:
    diff = compare(outline, outline)
    assert diff.header == ()
    assert {one.change for one in diff.questions} <= {Change.UNCHANGED}
    assert {one.change for one in diff.pools} <= {Change.UNCHANGED}


@given(exams(), exams())
def test_every_question_of_both_sides_is_spoken_of_once(old: ExamOutline, new: ExamOutline) -> None:
    diff = compare(old, new)
    before = [one.old for one in diff.questions if one.old]
    after = [one.new for one in diff.questions if one.new]
    assert len(before) == len(set(before)) == sum(len(one.questions) for one in old.pools)
    assert len(after) == len(set(after)) == sum(len(one.questions) for one in new.pools)


def test_new_changed_unchanged_and_removed_are_told_apart() -> None:
    old = exam(pool("One", question("a"), question("b"), question("c")))
    new = exam(pool("One", question("A "), question("b", "Other words?"), question("d")))
    assert changes(old, new) == [
        ("A ", "changed"),
        ("b", "changed"),
        ("d", "new"),
        ("c", "removed"),
    ]
    diff = compare(old, new)
    assert [one.field for one in diff.questions[0].fields] == ["name"]
    (change,) = diff.questions[1].fields
    assert (change.field, change.before, change.after) == ("prompt", "?", "Other words?")


def test_an_id_tells_more_than_a_name_and_is_kept_when_the_file_has_none() -> None:
    old = exam(pool("One", question("a", xml_id="q1"), question("b", xml_id="q2")))
    new = exam(pool("One", question("b", xml_id="q1")))
    assert changes(old, new) == [("b", "changed"), ("b", "removed")]
    (same,) = compare(old, exam(pool("One", question("b")))).questions[:1]
    assert same.change is Change.UNCHANGED
    assert same.draft is not None
    assert same.draft.xml_id == "q2"


def test_a_question_that_moves_to_another_section_is_changed() -> None:
    old = exam(pool("One", question("a")), pool("Two"))
    new = exam(pool("One"), pool("Two", question("a")))
    (one,) = compare(old, new).questions
    assert [(change.field, change.before, change.after) for change in one.fields] == [
        ("pool", "One", "Two")
    ]


def test_choices_are_compared_one_by_one() -> None:
    red, blue = ChoiceDraft("red", fraction=Decimal(100)), ChoiceDraft("blue")
    old = exam(pool("One", question("a", "?", "", red, blue)))
    new = exam(pool("One", question("a", "?", "", replace(red, fraction=Decimal(50)))))
    (one,) = compare(old, new).questions
    assert [(change.field, change.before, change.after) for change in one.fields] == [
        ("choices.0.fraction", "100", "50"),
        ("choices.1", "blue", ""),
    ]


def test_a_jump_is_the_same_when_it_leads_to_the_same_section_wherever_that_stands() -> None:
    jump = ChoiceDraft("go", next_question_pool=2)
    old = exam(pool("One", question("a", "?", "", jump)), pool("Three"))
    further = replace(jump, next_question_pool=3)
    new = exam(pool("One", question("a", "?", "", further)), pool("Two"), pool("Three"))
    assert changes(old, new) == [("a", "unchanged")]
    nearer = exam(pool("One", question("a", "?", "", jump)), pool("Two"), pool("Three"))
    (one,) = compare(old, nearer).questions
    assert [(change.field, change.before, change.after) for change in one.fields] == [
        ("choices.0.next_question_pool", "Three", "Two")
    ]


def test_new_sections_stand_after_what_they_follow_in_the_file() -> None:
    old = exam(pool("One"), pool("Two"), pool("Three"))
    new = exam(pool("Three"), pool("New"), pool("One"))
    diff = compare(old, new)
    kept = [one.name for one in pools_in_order(diff, ImportMode.NEW)]
    assert kept == ["One", "Two", "Three", "New"]
    replaced = [one.name for one in pools_in_order(diff, ImportMode.REPLACE)]
    assert replaced == ["Three", "New", "One"]


def test_the_header_is_compared_field_by_field() -> None:
    new = ExamOutline(ExamHeader("Exam", passing_score=Decimal("62.5"), configuration={"a": 1}))
    assert [(one.field, one.before, one.after) for one in compare(exam(), new).header] == [
        ("passing_score", "0", "62.5"),
        ("configuration", "{}", '{"a":1}'),
    ]
