import pytest

from exams.domain.answer import QuestionKind
from exams.selectors.exams import question_draft
from exams.services import pools
from exams.tests.conftest import Cast
from exams.tests.pages import client_of, draft_exam, page_of, questions_of

pytestmark = pytest.mark.django_db
ROWS = {
    "choices-TOTAL_FORMS": "2",
    "choices-INITIAL_FORMS": "0",
    "choices-0-text": "first",
    "choices-0-fraction": "100",
    "choices-1-text": "second",
}
BODY = {"name": "n", "prompt": "p", "format": "markdown", "points": "1"} | ROWS


def path_of(exam_id: int, pool_id: int) -> str:
    return f"/exams/{exam_id}/sections/{pool_id}/questions/new/?kind=choice"


def test_rows_move_without_scripts_and_nothing_is_stored_yet(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    page = page_of(client.post(path_of(exam_id, pool_id), BODY | {"row": "up:1"}))
    assert page.index('value="second"') < page.index('value="first"')
    more = page_of(client.post(path_of(exam_id, pool_id), BODY | {"row": "add"}))
    assert 'name="choices-2-text"' in more
    assert questions_of(exam_id) == []


def test_every_attribute_is_written_and_shown_again(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    later = pools.add_pool(exam_id, name="Part two")
    body = BODY | {
        "xml_id": "q_one",
        "widget": "Select",
        "all_or_nothing": "on",
        "text_response": "on",
        "text_response_label": "Why?",
        "choices-0-next_question_pool": str(later),
        "choices-0-value": "1",
        "choices-1-end_exam": "on",
        "choices-1-text_response": "on",
        "choices-1-xml_id": "c_two",
    }
    client = client_of(cast.author)
    assert client.post(path_of(exam_id, pool_id), body).status_code == 302
    (question_id,) = questions_of(exam_id)
    draft = question_draft(question_id)
    first, second = draft.choices
    assert (draft.xml_id, draft.widget, draft.all_or_nothing) == ("q_one", "Select", True)
    assert (draft.text_response, draft.text_response_label) == (True, "Why?")
    assert (first.next_question_pool, first.value) == (later, "1")
    assert (second.end_exam, second.text_response, second.xml_id) == (True, True, "c_two")
    page = page_of(client.get(f"/questions/{question_id}/"))
    assert f'<option value="{later}" selected>Part two</option>' in page


def test_an_item_order_is_the_order_of_the_rows(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    path = path_of(exam_id, pool_id).replace("choice", "ordering")
    body = BODY | {"choices-0-ORDER": "2", "choices-1-ORDER": "1"}
    assert client_of(cast.author).post(path, body).status_code == 302
    draft = question_draft(questions_of(exam_id)[0])
    assert draft.kind is QuestionKind.ORDERING
    assert [choice.text for choice in draft.choices] == ["second", "first"]


def test_a_name_that_is_taken_is_said_at_its_field(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    body = BODY | {"xml_id": "same"}
    assert client.post(path_of(exam_id, pool_id), body).status_code == 302
    page = page_of(client.post(path_of(exam_id, pool_id), body))
    assert "“same” names something else here." in page
    assert 'id="id_xml_id_error"' in page
    assert len(questions_of(exam_id)) == 1


def test_a_section_that_does_not_come_later_is_not_taken(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    pools.add_pool(exam_id, name="Part two")
    body = BODY | {"choices-0-next_question_pool": str(pool_id)}
    page = page_of(client_of(cast.author).post(path_of(exam_id, pool_id), body))
    assert 'id="id_choices-0-next_question_pool_error"' in page
    assert questions_of(exam_id) == []


def test_a_question_of_a_bank_leads_nowhere_and_its_page_leads_back_to_its_bank(
    cast: Cast,
) -> None:
    client = client_of(cast.author)
    bank_path = client.post("/banks/", {"name": "Algebra"}).headers["Location"]
    page = page_of(client.get(f"{bank_path}questions/new/?kind=choice"))
    assert "next_question_pool" not in page
    assert (
        client.post(f"{bank_path}questions/new/?kind=choice", BODY).headers["Location"] == bank_path
    )
