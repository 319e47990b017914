import json

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.selectors.trials import content_of_draft
from exams.services import pools
from exams.tests.conftest import PERCENT, Cast
from exams.tests.pages import client_of, draft_exam, questions_of
from exams.views.question_trial import verdict_on

BODY = {
    "trial": "1",
    "name": "n",
    "prompt": "Is $x^2$ even?",
    "format": "markdown",
    "points": "2",
    "choices-TOTAL_FORMS": "2",
    "choices-INITIAL_FORMS": "0",
    "choices-0-text": "yes",
    "choices-0-fraction": "100",
    "choices-0-rejoinder": "Indeed",
    "choices-1-text": "no",
    "choices-1-end_exam": "on",
}


def words(draft: QuestionDraft, value: object) -> list[str]:
    return [said["text"] for said in verdict_on(content_of_draft(draft), value)]


NUMBER = QuestionDraft(
    name="n",
    kind=QuestionKind.INT,
    prompt="p",
    choices=(ChoiceDraft("4", fraction=PERCENT),),
)


def test_validity_is_said_apart_from_correctness() -> None:
    assert words(NUMBER, "4") == ["Valid", "Correct", "1 of 1 points"]
    assert words(NUMBER, "5") == ["Valid", "Incorrect", "0 of 1 points"]
    assert words(NUMBER, "four")[0] == "Not valid: The answer is not a number."
    assert words(NUMBER, None) == ["Nothing was given."]
    survey = QuestionDraft(name="n", kind=QuestionKind.INT, prompt="p")
    assert words(survey, "4") == ["Valid", "Neither right nor wrong"]
    essay = QuestionDraft(name="n", kind=QuestionKind.TEXT, prompt="p")
    assert words(essay, "words") == ["Valid", "A person decides."]
    third = ChoiceDraft("4", fraction=PERCENT), ChoiceDraft("5", fraction=PERCENT / 2)
    half = QuestionDraft(name="n", kind=QuestionKind.INT, prompt="p", choices=third)
    assert words(half, "5") == ["Valid", "Correct in part", "0.5 of 1 points"]


def path_of(exam_id: int, pool_id: int) -> str:
    return f"/exams/{exam_id}/sections/{pool_id}/questions/new/?kind=choice"


def test_a_question_is_drawn_and_an_answer_judged_before_anything_is_stored(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    later = pools.add_pool(exam_id, name="Part two")
    client = client_of(cast.author)
    body = BODY | {"choices-0-next_question_pool": str(later), "answer": json.dumps([1])}
    said = client.post(path_of(exam_id, pool_id), body).json()
    assert [choice["html"] for choice in said["question"]["choices"]] == ["yes", "no"]
    assert [one["text"] for one in said["verdict"]] == [
        "Valid",
        "Correct",
        "2 of 2 points",
        "Feedback: Indeed",
        "Goes on with “Part two”.",
    ]
    ends = client.post(path_of(exam_id, pool_id), body | {"answer": "[2]"}).json()
    assert ends["verdict"][-1]["text"] == "Ends the exam."
    assert questions_of(exam_id) == []


def test_what_is_wrong_is_listed_by_field_and_an_answer_is_not_judged(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    body = BODY | {"prompt": "", "answer": "[1]"}
    said = client_of(cast.author).post(path_of(exam_id, pool_id), body).json()
    assert [one["id"] for one in said["findings"]] == ["id_prompt"]
    assert said["verdict"] == []
    bad = client_of(cast.author).post(path_of(exam_id, pool_id), BODY | {"answer": "[1"})
    assert bad.status_code == 400


def test_an_outsider_tries_nothing_out(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    for who, status in ((cast.olga, 404), (cast.ana, 403)):
        assert client_of(who).post(path_of(exam_id, pool_id), BODY).status_code == status
