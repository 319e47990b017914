"""What the save statement is given: every answer as it came, and the question on screen."""

import json
from uuid import UUID

from exams.domain.saving import IncomingAnswer, SaveRequest

LEASE = UUID(int=7)


def test_the_statement_gets_each_answer_and_the_last_one_is_on_screen() -> None:
    answers = [
        IncomingAnswer(question=11, seq=3, value=["a"], client_at_ms=5),
        IncomingAnswer(question=12, seq=1, value=None, client_at_ms=None, text="so"),
    ]
    given = SaveRequest(attempt_id=1, student_id=2, lease=LEASE, answers=answers).parameters()
    assert (given["attempt"], given["student"], given["lease"]) == (1, 2, LEASE)
    assert (given["questions"], given["current"]) == ("{11,12}", 12)
    assert json.loads(given["answers"]) == [
        {"question": 11, "seq": 3, "value": ["a"], "text": "", "client_at": 5},
        {"question": 12, "seq": 1, "value": None, "text": "so", "client_at": None},
    ]


def test_text_of_any_script_and_sign_passes_unchanged() -> None:
    value = "پاسخ 'quoted' \\ \u2028 \U0001f600"
    answers = [IncomingAnswer(question=1, seq=1, value=value, client_at_ms=1)]
    given = SaveRequest(attempt_id=1, student_id=2, lease=LEASE, answers=answers).parameters()
    assert json.loads(given["answers"])[0]["value"] == value
