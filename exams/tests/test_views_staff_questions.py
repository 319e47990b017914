from decimal import Decimal
from typing import Any

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.selectors.banks import banks_of_institution
from exams.selectors.exams import pools_of_exam, question_draft
from exams.services import authoring, questions, review
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import client_of, draft_exam, page_of, questions_of

pytestmark = pytest.mark.django_db


def body_of(rows: list[dict[str, str]] | None = None, **fields: str) -> dict[str, str]:
    body = {"name": "Sum", "prompt": "2 + 2?", "format": "markdown", "points": "2"} | fields
    if rows is not None:
        body |= {"choices-TOTAL_FORMS": str(len(rows)), "choices-INITIAL_FORMS": "0"}
        for index, row in enumerate(rows):
            body |= {f"choices-{index}-{name}": value for name, value in row.items()}
    return body


CHOICES = [{"text": "4", "fraction": "100"}, {"text": "5", "fraction": "0"}, {"text": ""}]

KINDS: list[tuple[QuestionKind, dict[str, str], dict[str, Any]]] = [
    (QuestionKind.CHOICE, body_of(CHOICES, shuffle_choices="on"), {"max_answers": 1}),
    (
        QuestionKind.CHOICE,
        body_of(
            [{"text": "4", "fraction": "50"}, {"text": "four", "fraction": "50"}], several="on"
        ),
        {"max_answers": None},
    ),
    (QuestionKind.BOOL, body_of(truth="false"), {}),
    (QuestionKind.CHAR, body_of([{"text": "four"}], max_length="20"), {"max_length": 20}),
    (QuestionKind.TEXT, body_of(min_length="10"), {"min_length": 10}),
    (QuestionKind.INT, body_of([{"text": "4", "tolerance": "0"}], max_value="9"), {}),
    (QuestionKind.DECIMAL, body_of([{"text": "4.5"}]), {}),
    (QuestionKind.FLOAT, body_of([{"text": "۴٫۵", "tolerance": "0.1"}]), {}),
    (QuestionKind.RATING, body_of([], min_value="1", max_value="5"), {"min_value": Decimal(1)}),
    (QuestionKind.DATE, body_of([{"text": "2026-11-21"}]), {}),
    (QuestionKind.TIME, body_of([{"text": "10:30"}]), {}),
    (QuestionKind.DATETIME, body_of([{"text": "2026-11-21T10:30"}]), {}),
    (
        QuestionKind.MATCHING,
        body_of([{"text": "one", "match": "1"}, {"text": "two", "match": "2"}, {"match": "3"}]),
        {},
    ),
    (QuestionKind.FILE, body_of(accept=".pdf, .PNG"), {"accept": (".pdf", ".png")}),
    (QuestionKind.INFO, body_of(), {}),
]


@pytest.mark.parametrize(("kind", "body", "expected"), KINDS)
def test_a_question_of_every_kind_is_written_shown_again_and_saved_unchanged(
    cast: Cast, kind: QuestionKind, body: dict[str, str], expected: dict[str, Any]
) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    path = f"/exams/{exam_id}/sections/{pool_id}/questions/new/?kind={kind}"
    page_of(client.get(path))
    made = client.post(path, body)
    assert made.status_code == 302, made.content.decode()[:3000]
    (question_id,) = questions_of(exam_id)
    draft = question_draft(question_id)
    assert (draft.kind, draft.name, draft.prompt) == (kind, "Sum", "2 + 2?")
    for name, value in expected.items():
        assert getattr(draft, name) == value
    again = page_of(client.get(f"/questions/{question_id}/"))
    assert "2 + 2?" in again
    client.post(f"/questions/{question_id}/", body)
    assert question_draft(question_id) == draft


def test_a_truth_becomes_two_choices_with_the_right_one_at_full_points(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    path = f"/exams/{exam_id}/sections/{pool_id}/questions/new/?kind=bool"
    client_of(cast.author).post(path, body_of(truth="false"))
    draft = question_draft(questions_of(exam_id)[0])
    assert {c.text: c.fraction for c in draft.choices} == {
        "true": Decimal(0),
        "false": Decimal(100),
    }


WRONG = [
    (QuestionKind.CHOICE, body_of(CHOICES[:1]), "too few"),
    (QuestionKind.CHOICE, body_of([{"text": "a", "fraction": "50"}, {"text": "b"}]), "full points"),
    (QuestionKind.CHOICE, body_of(CHOICES, prompt=""), "required"),
    (QuestionKind.INT, body_of([{"text": "four"}]), "not a value of this kind"),
    (
        QuestionKind.INT,
        body_of([{"text": "4"}], min_value="9", max_value="1"),
        "more than the most",
    ),
    (QuestionKind.CHAR, body_of([{"text": "a"}], text_regex="(?=x)"), "cannot be read"),
    (QuestionKind.MATCHING, body_of([{"text": "one", "match": ""}]), "needed"),
    (QuestionKind.FILE, body_of(accept="pdf"), "not a value of this kind"),
    (QuestionKind.RATING, body_of([]), "needed"),
]


@pytest.mark.parametrize(("kind", "body", "said"), WRONG)
def test_what_contradicts_itself_is_explained_at_its_field_and_not_stored(
    cast: Cast, kind: QuestionKind, body: dict[str, str], said: str
) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    path = f"/exams/{exam_id}/sections/{pool_id}/questions/new/?kind={kind}"
    page = page_of(client_of(cast.author).post(path, body))
    assert said in page
    assert questions_of(exam_id) == []


def test_without_a_known_kind_the_kinds_are_offered(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast)
    client = client_of(cast.author)
    for query in ("", "?kind=riddle"):
        page = page_of(client.get(f"/exams/{exam_id}/sections/{pool_id}/questions/new/{query}"))
        assert all(f"?kind={kind.value}" in page for kind in QuestionKind)


def test_save_and_write_another_stays_at_the_form(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast)
    path = f"/exams/{exam_id}/sections/{pool_id}/questions/new/?kind=choice"
    made = client_of(cast.author).post(path, body_of(CHOICES) | {"another": "1"})
    assert made.headers["Location"] == path


def test_a_question_of_an_approved_exam_stays(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    question_id = questions_of(exam_id)[0]
    client = client_of(cast.author)
    for path in ("delete/", "move/"):
        body = {"order": "2"}
        assert client.post(f"/questions/{question_id}/{path}", body).status_code == 409
    assert client.post(f"/questions/{question_id}/", body_of(CHOICES)).status_code == 409
    assert questions_of(exam_id)[0] == question_id


def test_questions_move_and_go(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    first, second, *rest = questions_of(exam_id)
    client = client_of(cast.author)
    client.post(f"/questions/{first}/move/", {"order": "2"})
    assert questions_of(exam_id) == [second, first, *rest]
    client.post(f"/questions/{first}/move/", {"order": "up"})
    assert questions_of(exam_id) == [second, first, *rest]
    client.post(f"/questions/{first}/delete/")
    assert questions_of(exam_id) == [second, *rest]


def test_what_is_typed_is_shown_as_text_never_as_markup(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    evil = "<script>alert(1)</script>"
    questions.add_question(
        pool_id,
        QuestionDraft(
            name=evil,
            kind=QuestionKind.CHOICE,
            prompt=evil,
            choices=(
                ChoiceDraft(evil, fraction=Decimal(100)),
                ChoiceDraft("b", fraction=Decimal(0)),
            ),
        ),
    )
    client = client_of(cast.author)
    question_id = questions_of(exam_id)[0]
    for path in (f"/exams/{exam_id}/", f"/questions/{question_id}/", f"/exams/{exam_id}/preview/"):
        assert evil not in page_of(client.get(path))


def test_banks_are_made_listed_and_filled(cast: Cast) -> None:
    client = client_of(cast.author)
    assert "No banks yet" in page_of(client.get("/banks/"))
    client.post("/banks/", {"name": "Algebra"})
    (bank,) = banks_of_institution(cast.institution.pk)
    assert "of this name already" in page_of(client.post("/banks/", {"name": "ALGEBRA"}))
    assert "No questions yet" in page_of(client.get(f"/banks/{bank.id}/"))
    path = f"/banks/{bank.id}/questions/new/?kind=choice"
    assert "too few" in page_of(client.post(path, body_of(CHOICES[:1])))
    assert client.post(path, body_of(CHOICES)).headers["Location"] == f"/banks/{bank.id}/"
    again = client.post(path, body_of(CHOICES) | {"another": "1"})
    assert again.headers["Location"] == path
    assert "Sum" in page_of(client.get(f"/banks/{bank.id}/"))
    page_of(client.get(f"/banks/{bank.id}/questions/new/"))


def test_a_bank_question_is_changed_and_deleted_from_its_own_page(cast: Cast) -> None:
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    question_id = questions.add_bank_question(bank, drafts()[0])
    client = client_of(cast.author)
    page_of(client.get(f"/questions/{question_id}/"))
    client.post(f"/questions/{question_id}/", body_of(CHOICES))
    assert question_draft(question_id).name == "Sum"
    assert client.post(f"/questions/{question_id}/move/", {"order": "2"}).status_code == 302
    assert client.post(f"/questions/{question_id}/delete/").headers["Location"] == f"/banks/{bank}/"
    assert client.get(f"/questions/{question_id}/").status_code == 404


def test_a_section_of_another_exam_takes_no_question_through_this_one(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    response = client_of(cast.author).get(f"/exams/{exam_id}/sections/999999/questions/new/")
    assert response.status_code == 404
    assert len(pools_of_exam(exam_id)) == 1
