from dataclasses import replace

import pytest

from exams.selectors.banks import questions_of_bank
from exams.selectors.exams import pools_of_exam
from exams.services import authoring, pools
from exams.services.questions import add_bank_question, add_question
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import client_of, draft_exam, page_of, questions_of

pytestmark = pytest.mark.django_db
SCRIPT = {"Accept": "application/json"}


def order_of(exam_id: int) -> list[list[int]]:
    return [[question.id for question in pool.questions] for pool in pools_of_exam(exam_id)]


def test_a_script_moves_a_question_into_another_section(cast: Cast) -> None:
    exam_id, _first = draft_exam(cast)
    second = pools.add_pool(exam_id, name="Part two")
    first_id, *rest = questions_of(exam_id)
    body = {"order": "1", "pool": str(second)}
    answer = client_of(cast.author).post(f"/questions/{first_id}/move/", body, headers=SCRIPT)
    assert answer.json() == {}
    assert order_of(exam_id) == [rest, [first_id]]


def test_a_form_moves_sections_and_leads_back_to_the_exam(cast: Cast) -> None:
    exam_id, first = draft_exam(cast)
    pools.add_pool(exam_id, name="Part two")
    path = f"/exams/{exam_id}/sections/{first}/move/"
    answer = client_of(cast.author).post(path, {"order": "2"})
    assert answer.headers["Location"] == f"/exams/{exam_id}/"
    assert [pool.name for pool in pools_of_exam(exam_id)] == ["Part two", "Part one"]
    client_of(cast.author).post(path, {"order": "up"})
    assert [pool.name for pool in pools_of_exam(exam_id)] == ["Part two", "Part one"]


def test_a_place_from_which_something_would_lead_back_is_refused_in_words(cast: Cast) -> None:
    exam_id, first = draft_exam(cast, questions=False)
    second = pools.add_pool(exam_id, name="Part two")
    choice = replace(drafts()[0].choices[0], next_question_pool=second)
    leading = add_question(first, replace(drafts()[0], choices=(choice, drafts()[0].choices[1])))
    client = client_of(cast.author)
    path = f"/exams/{exam_id}/sections/{first}/move/"
    refused = client.post(path, {"order": "2"}, headers=SCRIPT)
    assert refused.status_code == 422
    assert "comes later" in refused.json()["detail"]
    assert "comes later" in page_of(client.post(path, {"order": "2"}, follow=True))
    page = client.post(f"/questions/{leading}/place/", {"act": "section", "pool": str(second)})
    assert "comes later" in page_of(page)
    assert order_of(exam_id) == [[leading], []]


def test_a_question_is_duplicated_moved_and_copied_from_one_page(cast: Cast) -> None:
    exam_id, _first = draft_exam(cast)
    second = pools.add_pool(exam_id, name="Part two")
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    question_id, *rest = questions_of(exam_id)
    client = client_of(cast.author)
    path = f"/questions/{question_id}/place/"
    page = page_of(client.get(path))
    assert "Part two" in page
    assert "Part one" not in page
    copy = int(client.post(path, {"act": "duplicate"}).headers["Location"].split("/")[2])
    assert order_of(exam_id) == [[question_id, copy, *rest], []]
    client.post(path, {"act": "section", "pool": str(second)})
    assert order_of(exam_id) == [[copy, *rest], [question_id]]
    client.post(path, {"act": "bank", "bank": str(bank)})
    assert len(questions_of_bank(bank).questions) == 1


def test_ticked_questions_of_a_bank_go_into_another_one(cast: Cast) -> None:
    one = authoring.create_bank(institution_id=cast.institution.pk, name="One")
    two = authoring.create_bank(institution_id=cast.institution.pk, name="Two")
    first, second = (add_bank_question(one, draft) for draft in drafts()[:2])
    client = client_of(cast.author)
    path = f"/banks/{one}/give/"
    client.post(path, {"act": "move", "question": [str(first)], "bank": str(two)})
    client.post(path, {"act": "copy", "question": [str(second)], "bank": str(two)})
    assert len(questions_of_bank(two).questions) == 2
    assert [question.id for question, _exam in questions_of_bank(one).questions] == [second]
    said = client.post(path, {"act": "move", "bank": str(two)}, follow=True)
    assert "Tick questions" in page_of(said)


def test_an_outsider_moves_nothing(cast: Cast) -> None:
    exam_id, first = draft_exam(cast)
    before = order_of(exam_id)
    question_id = questions_of(exam_id)[0]
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="One")
    for who, status in ((cast.olga, 404), (cast.ana, 403)):
        client = client_of(who)
        for path, body in (
            (f"/questions/{question_id}/move/", {"order": "2"}),
            (f"/questions/{question_id}/place/", {"act": "duplicate"}),
            (f"/exams/{exam_id}/sections/{first}/move/", {"order": "1"}),
            (f"/banks/{bank}/give/", {"act": "copy", "question": str(question_id)}),
        ):
            assert client.post(path, body).status_code == status
    assert order_of(exam_id) == before
