from dataclasses import replace
from decimal import Decimal

import pytest

from exams.domain.states import ExamState
from exams.selectors.exams import exam_view, exams_of_institution, pools_of_exam, question_draft
from exams.services import authoring, pools, questions, review
from exams.tests.conftest import Cast, approved_exam, drafts
from exams.tests.pages import client_of, draft_exam, hidden, page_of, questions_of

pytestmark = pytest.mark.django_db
HEADER = {"name": "Draft exam", "version_label": "1", "subject": ""}


def test_the_list_filters_by_state_and_says_when_nothing_fits(cast: Cast) -> None:
    client = client_of(cast.author)
    assert "No exams yet" in page_of(client.get("/exams/"))
    draft_exam(cast)
    approved_exam(cast)
    page = page_of(client.get("/exams/?state=draft"))
    assert "Draft exam" in page
    assert "Chemistry" not in page
    assert "None in this state" in page_of(client.get("/exams/?state=in_review"))
    assert "Chemistry" in page_of(client.get("/exams/?state=nonsense"))


def test_an_exam_is_made_and_its_header_changed(cast: Cast) -> None:
    client = client_of(cast.author)
    body = {"name": "Physics", "version_label": "1", "subject": "", "passing_score": "60"}
    made = client.post("/exams/new/", body)
    (exam,) = exams_of_institution(cast.institution.pk)
    assert made.headers["Location"] == f"/exams/{exam.id}/"
    assert (exam.name, exam.created_by_id, exam.passing_score) == (
        "Physics",
        cast.author.pk,
        Decimal(60),
    )
    client.post(f"/exams/{exam.id}/header/", body | {"name": "Physics II"})
    assert exam_view(exam.id).name == "Physics II"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "required"),
        ({"passing_score": "101"}, "100"),
        ({"name": "Draft exam"}, "of this name and version already"),
    ],
)
def test_a_wrong_header_is_explained_and_not_stored(
    cast: Cast, change: dict[str, str], said: str
) -> None:
    draft_exam(cast)
    body = {"name": "New", "version_label": "1", "passing_score": "60"} | change
    assert said in page_of(client_of(cast.author).post("/exams/new/", body))
    assert len(exams_of_institution(cast.institution.pk)) == 1


def test_the_header_of_an_approved_exam_stays(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    body = {"name": "Other", "version_label": "1", "passing_score": "60"}
    assert client_of(cast.author).post(f"/exams/{exam_id}/header/", body).status_code == 409
    assert exam_view(exam_id).name == "Chemistry"


def test_the_checklist_blocks_the_way_to_review_until_it_is_met(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    page = page_of(client.get(f"/exams/{exam_id}/"))
    assert 'value="send" disabled' in page
    assert "Waits for the points marked" in page
    refused = client.post(f"/exams/{exam_id}/review/", {"act": "send"})
    assert refused.status_code == 422
    questions.add_question(pool_id, drafts()[0])
    assert 'value="send" disabled' not in page_of(client.get(f"/exams/{exam_id}/"))
    client.post(f"/exams/{exam_id}/review/", {"act": "send"})
    assert exam_view(exam_id).state is ExamState.IN_REVIEW


def test_only_a_second_person_is_offered_the_approval_and_gives_it(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    author, admin = client_of(cast.author), client_of(cast.admin)
    assert 'value="approve"' not in page_of(author.get(f"/exams/{exam_id}/"))
    assert author.post(f"/exams/{exam_id}/review/", {"act": "approve"}).status_code == 403
    assert 'value="approve"' in page_of(admin.get(f"/exams/{exam_id}/"))
    read = hidden(page_of(admin.get(f"/exams/{exam_id}/")), "read")
    admin.post(f"/exams/{exam_id}/review/", {"act": "approve", "read": read})
    assert exam_view(exam_id).state is ExamState.APPROVED


def test_who_sends_an_exam_to_review_has_seen_what_others_wrote_in_it(cast: Cast) -> None:
    exam_id, _pool_id = draft_exam(cast)
    author, path = client_of(cast.author), f"/exams/{exam_id}/"
    body = {"act": "send", "read": hidden(page_of(author.get(path)), "read")}
    client_of(cast.admin).post(f"{path}header/", HEADER | {"passing_score": "1"})
    assert "Read it again" in page_of(author.post(f"{path}review/", body, follow=True))
    assert exam_view(exam_id).state is ExamState.DRAFT
    body["read"] = hidden(page_of(author.get(path)), "read")
    author.post(f"{path}review/", body)
    assert exam_view(exam_id).state is ExamState.IN_REVIEW


def test_a_return_needs_a_reason(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    client = client_of(cast.admin)
    path = f"/exams/{exam_id}/review/"
    assert client.post(path, {"act": "return", "reason": " "}).status_code == 422
    client.post(path, {"act": "return", "reason": "Question 2 is unclear"})
    assert exam_view(exam_id).state is ExamState.DRAFT
    assert client.post(path, {"act": "explode"}).status_code == 400


def test_sections_are_added_changed_and_deleted(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast)
    client = client_of(cast.author)
    client.post(f"/exams/{exam_id}/sections/new/", {"name": "Part two"})
    assert [pool.name for pool in pools_of_exam(exam_id)] == ["Part one", "Part two"]
    body = {"name": "Drawn", "randomize_questions": "on", "number_to_answer": "2"}
    client.post(f"/exams/{exam_id}/sections/{pool_id}/", body)
    assert (pools_of_exam(exam_id)[0].name, pools_of_exam(exam_id)[0].number_to_answer) == (
        "Drawn",
        2,
    )
    del body["randomize_questions"]
    said = page_of(client.post(f"/exams/{exam_id}/sections/{pool_id}/", body))
    assert "must shuffle" in said
    client.post(f"/exams/{exam_id}/sections/{pool_id}/delete/")
    assert [pool.name for pool in pools_of_exam(exam_id)] == ["Part two"]


def test_a_section_of_another_exam_is_not_reached_through_this_one(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    other = authoring.create_exam(
        institution_id=cast.institution.pk, name="Other", actor_id=cast.author.pk
    )
    foreign = pools.add_pool(other, name="Foreign")
    client = client_of(cast.author)
    for path in ("", "delete/", "copy/"):
        response = client.post(f"/exams/{exam_id}/sections/{foreign}/{path}", {"name": "x"})
        assert response.status_code == 404
    assert [pool.name for pool in pools_of_exam(other)] == ["Foreign"]


def test_questions_are_copied_from_a_bank_but_not_from_another_institution(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    mine = questions.add_bank_question(bank, drafts()[0])
    assert cast.olga.institution is not None
    away = authoring.create_bank(institution_id=cast.olga.institution.pk, name="Away")
    theirs = questions.add_bank_question(away, drafts()[1])
    client = client_of(cast.author)
    path = f"/exams/{exam_id}/sections/{pool_id}/copy/"
    assert path in page_of(client.get(f"/exams/{exam_id}/"))
    page = page_of(client.get(path))
    assert "canary-name-one" in page
    assert "canary-name-two" not in page
    assert "Tick the questions" in page_of(client.post(path, follow=True))
    assert client.post(path, {"question": [mine, theirs]}).status_code == 404
    assert questions_of(exam_id) == []
    assert "1 question was copied" in page_of(client.post(path, {"question": [mine]}, follow=True))
    (copied,) = questions_of(exam_id)
    assert question_draft(copied) == question_draft(mine)


def test_every_question_of_the_banks_can_be_found_and_copied(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    for number in range(60):
        questions.add_bank_question(bank, replace(drafts()[3], name=f"question-{number:02}"))
    client = client_of(cast.author)
    path = f"/exams/{exam_id}/sections/{pool_id}/copy/"
    pages = [page_of(client.get(path, {"page": number})) for number in ("1", "2", "x")]
    assert "question-00" in pages[0]
    assert "question-59" not in pages[0]
    assert "question-59" in pages[1]
    assert "question-00" in pages[2]
    found = page_of(client.get(path, {"q": "QUESTION-5", "page": "9"}))
    assert "question-59" in found
    assert "question-00" not in found
    assert "Nothing fits" in page_of(client.get(path, {"q": "nowhere\0"}))


def test_a_new_version_is_a_draft_and_a_taken_name_is_explained(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    client = client_of(cast.author)
    made = client.post(f"/exams/{exam_id}/version/", {"version_label": "2"})
    copy_id = int(made.headers["Location"].split("/")[2])
    assert exam_view(copy_id).state is ExamState.DRAFT
    again = client.post(f"/exams/{exam_id}/version/", {"version_label": "2"}, follow=True)
    assert "a version of this name already" in page_of(again)
    empty = client.post(f"/exams/{exam_id}/version/", {"version_label": ""}, follow=True)
    assert "Give the new version a name" in page_of(empty)


def test_a_draft_is_deleted_but_nothing_else(cast: Cast) -> None:
    draft, _pool = draft_exam(cast)
    frozen = approved_exam(cast)
    client = client_of(cast.author)
    client.post(f"/exams/{draft}/delete/")
    assert client.post(f"/exams/{frozen}/delete/").status_code == 409
    assert [exam.id for exam in exams_of_institution(cast.institution.pk)] == [frozen]


def test_the_preview_holds_no_key(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    page = page_of(client_of(cast.author).get(f"/exams/{exam_id}/preview/?seed=7"))
    assert "canary-prompt-one" in page
    assert "canary-choice-right" in page
    for secret in ("canary-key", "canary-rejoinder", "424242", "fraction"):
        assert secret not in page
