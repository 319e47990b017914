"""Pools of a draft: their order and where they lead."""

import pytest
from django.db import transaction

from exams.errors import JumpInvalid, QuestionInvalid
from exams.selectors.exams import pool_of_exam, pools_of_exam
from exams.services import pools


def names(exam_id: int) -> list[str]:
    return [pool.name for pool in pools_of_exam(exam_id)]


def test_a_pool_without_order_goes_to_the_end_and_a_taken_order_inserts(exam_id: int) -> None:
    pools.add_pool(exam_id, name="a")
    pools.add_pool(exam_id, name="c")
    pools.add_pool(exam_id, name="b", order=2)
    pools.add_pool(exam_id, name="first", order=1)
    assert names(exam_id) == ["first", "a", "b", "c"]


def test_a_pool_can_be_moved_and_the_others_close_up(exam_id: int) -> None:
    ids = [pools.add_pool(exam_id, name=name) for name in "abc"]
    pools.move_pool(ids[2], order=1)
    assert names(exam_id) == ["c", "a", "b"]
    pools.move_pool(ids[2], order=99)
    assert names(exam_id) == ["a", "b", "c"]


def test_a_pool_may_jump_forward_only(exam_id: int) -> None:
    first, second = (pools.add_pool(exam_id, name=name) for name in "ab")
    pools.update_pool(
        first, name="a", randomize_questions=False, number_to_answer=None, next_question_pool=second
    )
    for pool_id, target in ((second, first), (second, second)):
        with pytest.raises(JumpInvalid), transaction.atomic():
            pools.update_pool(
                pool_id,
                name="b",
                randomize_questions=False,
                number_to_answer=None,
                next_question_pool=target,
            )
    with pytest.raises(JumpInvalid):
        pools.move_pool(second, order=1)
    assert names(exam_id) == ["a", "b"]
    with pytest.raises(QuestionInvalid):
        pools.add_pool(exam_id, name="c", xml_id="no name")


def test_a_jump_to_a_deleted_pool_goes_nowhere(exam_id: int) -> None:
    first, second = (pools.add_pool(exam_id, name=name) for name in "ab")
    pools.update_pool(
        first, name="a", randomize_questions=False, number_to_answer=None, next_question_pool=second
    )
    pools.delete_pool(second)
    assert pool_of_exam(exam_id, first).next_question_pool is None
