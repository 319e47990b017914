from datetime import timedelta

import pytest

from chat.domain import clean_body
from chat.sample import CLASS_TALK, STAFF_TALK, lines_of
from kernel.clock import now


@pytest.mark.parametrize("talk", [CLASS_TALK, STAFF_TALK])
def test_the_sample_is_sound_and_in_the_past(talk: tuple[object, ...]) -> None:
    at = now()
    lines = lines_of(talk, student_ids=[1, 2, 3], staff_id=9, now=at)  # type: ignore[arg-type] # both tables
    assert all(line.at < at for line in lines)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert all(clean_body(line.body, has_attachment=False) == line.body for line in lines)


def test_few_students_speak_in_turn() -> None:
    lines = lines_of(CLASS_TALK, student_ids=[1], staff_id=9, now=now() + timedelta())
    assert {line.sender_id for line in lines} == {1, 9}
