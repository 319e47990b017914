from dataclasses import replace

import pytest

from exams.errors import ExamFrozen, ExamUnknown, JumpInvalid
from exams.selectors.banks import questions_of_bank
from exams.selectors.exams import pools_of_exam, question_draft
from exams.services import authoring, pools, rearranging, review
from exams.services.questions import add_bank_question, add_question
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import draft_exam

pytestmark = pytest.mark.django_db


def names(exam_id: int) -> list[list[str]]:
    return [[question.name for question in pool.questions] for pool in pools_of_exam(exam_id)]


def two_sections(cast: Cast) -> tuple[int, int, int]:
    exam_id, first = draft_exam(cast, questions=False)
    second = pools.add_pool(exam_id, name="Part two")
    for pool_id, words in ((first, "abc"), (second, "de")):
        for name in words:
            add_question(pool_id, replace(drafts()[1], name=name))
    return exam_id, first, second


def id_of(exam_id: int, name: str) -> int:
    return next(q.id for pool in pools_of_exam(exam_id) for q in pool.questions if q.name == name)


def test_a_question_moves_within_its_section_and_into_another(cast: Cast) -> None:
    exam_id, first, second = two_sections(cast)
    rearranging.place_question(id_of(exam_id, "c"), pool_id=first, order=1)
    assert names(exam_id) == [["c", "a", "b"], ["d", "e"]]
    rearranging.place_question(id_of(exam_id, "a"), pool_id=second, order=2)
    assert names(exam_id) == [["c", "b"], ["d", "a", "e"]]
    rearranging.place_question(id_of(exam_id, "c"), pool_id=second)
    assert names(exam_id) == [["b"], ["d", "a", "e", "c"]]
    assert [q.order for q in pools_of_exam(exam_id)[1].questions] == [1, 2, 3, 4]


def test_a_question_that_leads_on_cannot_move_behind_where_it_leads(cast: Cast) -> None:
    exam_id, first, second = two_sections(cast)
    draft = drafts()[0]
    leading = replace(draft.choices[0], next_question_pool=second)
    question_id = add_question(first, replace(draft, choices=(leading, draft.choices[1])))
    with pytest.raises(JumpInvalid):
        rearranging.place_question(question_id, pool_id=second)
    assert len(names(exam_id)[0]) == 4


def test_a_question_goes_only_to_sections_of_its_own_draft(cast: Cast) -> None:
    exam_id, _first, _second = two_sections(cast)
    other, pool_id = draft_exam(cast, name="another", questions=False)
    with pytest.raises(ExamUnknown):
        rearranging.place_question(id_of(exam_id, "a"), pool_id=pool_id)
    add_question(pool_id, drafts()[1])
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    with pytest.raises(ExamFrozen):
        rearranging.place_question(id_of(exam_id, "a"), pool_id=pool_id)
    assert names(other) == [["canary-name-two"]]


def test_a_copy_follows_its_original_and_leads_where_it_does_without_its_names(cast: Cast) -> None:
    exam_id, first, second = two_sections(cast)
    draft = drafts()[0]
    leading = replace(draft.choices[0], next_question_pool=second, xml_id="c1")
    original = replace(draft, name="x", xml_id="q1", choices=(leading, draft.choices[1]))
    question_id = add_question(first, original, order=1)
    copy = question_draft(rearranging.duplicate_question(question_id, name="x (copy)"))
    assert names(exam_id)[0] == ["x", "x (copy)", "a", "b", "c"]
    assert (copy.xml_id, copy.choices[0].xml_id) == ("", "")
    assert copy.choices[0].next_question_pool == second


def test_questions_of_an_exam_are_copied_into_a_bank_and_lead_nowhere(cast: Cast) -> None:
    exam_id, _first, second = two_sections(cast)
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    draft = drafts()[0]
    choice = replace(draft.choices[0], end_exam=True)
    leading = add_question(second, replace(draft, choices=(choice, draft.choices[1])))
    assert rearranging.copy_to_bank([leading, id_of(exam_id, "a")], bank) == 2
    in_bank = [question.id for question, _exam in questions_of_bank(bank).questions]
    assert len(in_bank) == 2
    assert not any(c.end_exam for one in in_bank for c in question_draft(one).choices)
    assert len(names(exam_id)[1]) == 3


def test_only_questions_of_a_bank_alone_move_and_all_or_none(cast: Cast) -> None:
    exam_id, _first, _second = two_sections(cast)
    one = authoring.create_bank(institution_id=cast.institution.pk, name="One")
    two = authoring.create_bank(institution_id=cast.institution.pk, name="Two")
    banked = add_bank_question(one, drafts()[0])
    with pytest.raises(ExamUnknown):
        rearranging.move_to_bank([banked, id_of(exam_id, "a")], two)
    assert len(questions_of_bank(one).questions) == 1
    assert rearranging.move_to_bank([banked], two) == 1
    assert (len(questions_of_bank(one).questions), len(questions_of_bank(two).questions)) == (0, 1)
    copy = rearranging.duplicate_question(banked, name="again")
    assert question_draft(copy).name == "again"
    assert len(questions_of_bank(two).questions) == 2


def test_nothing_goes_into_a_bank_of_another_institution(cast: Cast) -> None:
    assert cast.olga.institution is not None
    away = authoring.create_bank(institution_id=cast.olga.institution.pk, name="Away")
    home = authoring.create_bank(institution_id=cast.institution.pk, name="Home")
    banked = add_bank_question(home, drafts()[0])
    for act in (rearranging.copy_to_bank, rearranging.move_to_bank):
        with pytest.raises(ExamUnknown):
            act([banked], away)
        with pytest.raises(ExamUnknown):
            act([banked], 0)
    assert questions_of_bank(away).questions == ()
