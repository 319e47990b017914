"""A picture from its upload to the candidate's screen: clean only, and only for whom it is meant."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.errors import ExamIncomplete
from exams.models import Exam
from exams.selectors.draft_findings import draft_findings
from exams.selectors.images import is_shown_to_candidate
from exams.services import attempts, authoring, pools, review
from exams.services.questions import add_question
from exams.tests.conftest import PERCENT, Cast, begin
from exams.tests.pages import client_of, page_of
from scanner import services as scanner
from scanner.engines.base import NoEngine, bind_engine, bound_engine
from scanner.models import Upload
from scanner.selectors import upload_card
from scanner.tests.cast import CLEAN, Scripted

pytestmark = pytest.mark.django_db
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture(autouse=True)
def stores(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.QUARANTINE_DIR, settings.CLEAN_DIR = tmp_path / "quarantine", tmp_path / "clean"
    before = bound_engine()
    bind_engine(NoEngine())
    yield
    bind_engine(before)


def upload(owner: Any, *, content: bytes = PNG, name: str = "tree.png", clean: bool = True) -> UUID:
    card = scanner.receive_upload(
        owner_id=owner.pk,
        purpose="question",
        name=name,
        stream=io.BytesIO(content),
        size=len(content),
    )
    if clean:
        bind_engine(Scripted(CLEAN))
        scanner.scan_upload(card.id)
    return card.id


def question_with(picture: UUID, words: str = "a tree") -> QuestionDraft:
    return QuestionDraft(
        name="tree",
        kind=QuestionKind.CHOICE,
        prompt=f"What is this? ![{words}](upload:{picture})",
        choices=(ChoiceDraft("oak", fraction=PERCENT), ChoiceDraft("elm")),
    )


def exam_with(cast: Cast, picture: UUID, words: str = "a tree") -> int:
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk, name="Trees", actor_id=cast.author.pk
    )
    add_question(pools.add_pool(exam_id, name="Section"), question_with(picture, words))
    return exam_id


def status(who: Any, picture: UUID) -> int:
    answer = client_of(who).get(f"/question-images/{picture}")
    assert b"".join(answer) or answer.status_code >= 300
    return answer.status_code


def test_a_clean_picture_is_given_out_to_be_shown_and_kept(cast: Cast) -> None:
    picture = upload(cast.author)
    answer = client_of(cast.author).get(f"/question-images/{picture}")
    assert b"".join(answer) == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    assert "Content-Disposition" not in answer.headers


def test_candidates_see_it_while_they_take_its_exam_and_not_before(cast: Cast) -> None:
    picture = upload(cast.author)
    exam_id = exam_with(cast, picture)
    assert status(cast.ana, picture) == 404
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    review.approve_exam(exam_id, actor_id=cast.admin.pk)
    taking = begin(cast, exam_id=exam_id)
    assert status(cast.ana, picture) == 200
    assert status(cast.ben, picture) == 404, "who has not begun"
    assert status(cast.olga, picture) == 404
    assert status(cast.grader, picture) == 200
    attempts.force_submit(taking.attempt_id, actor_id=cast.ivo.pk, reason="End")
    assert status(cast.ana, picture) == 404, "who has ended, until the release"


def test_a_picture_is_bound_to_the_bytes_that_were_approved(cast: Cast) -> None:
    picture = upload(cast.author)
    exam_id = exam_with(cast, picture)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    review.approve_exam(exam_id, actor_id=cast.admin.pk)
    content = Exam.objects.get(pk=exam_id).content
    assert content is not None
    assert content["images"] == {str(picture): Upload.objects.get(pk=picture).sha256}
    begin(cast, exam_id=exam_id)
    card = upload_card(picture)
    assert is_shown_to_candidate(cast.ana.pk, card)
    assert not is_shown_to_candidate(cast.ana.pk, replace(card, sha256="0" * 64))


def test_what_is_not_clean_is_given_to_nobody_and_keeps_the_exam_from_review(cast: Cast) -> None:
    picture = upload(cast.author, clean=False)
    exam_id = exam_with(cast, picture)
    assert status(cast.author, picture) in {403, 404, 409, 423}
    client = client_of(cast.author)
    assert "No virus scanner runs here" in page_of(client.get(f"/exams/{exam_id}/"))
    bind_engine(Scripted(CLEAN))
    assert "Waits for its check for viruses" in page_of(client.get(f"/exams/{exam_id}/"))
    with pytest.raises(ExamIncomplete) as refused:
        review.send_to_review(exam_id, actor_id=cast.author.pk)
    assert refused.value.data["finding"] == "image_waiting"
    scanner.scan_upload(picture)
    review.send_to_review(exam_id, actor_id=cast.author.pk)


def test_a_picture_that_was_taken_back_keeps_the_exam_from_approval(cast: Cast) -> None:
    picture = upload(cast.author)
    exam_id = exam_with(cast, picture)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    Upload.objects.filter(pk=picture).update(state="refused")
    with pytest.raises(ExamIncomplete) as refused:
        review.approve_exam(exam_id, actor_id=cast.admin.pk)
    assert refused.value.data["finding"] == "image_refused"
    assert Exam.objects.get(pk=exam_id).state == "in_review"


@pytest.mark.parametrize(("words", "flaw"), [("", "image_without_words")])
def test_a_picture_needs_words(cast: Cast, words: str, flaw: str) -> None:
    exam_id = exam_with(cast, upload(cast.author), words)
    assert [one.flaw for one in draft_findings(exam_id).pictures] == [flaw]
    with pytest.raises(ExamIncomplete):
        review.send_to_review(exam_id, actor_id=cast.author.pk)


def test_a_file_that_is_no_picture_is_not_shown(cast: Cast) -> None:
    text = upload(cast.author, content=b"plain words", name="notes.txt")
    exam_id = exam_with(cast, text)
    assert [one.flaw for one in draft_findings(exam_id).pictures] == ["image_not_a_picture"]
    assert status(cast.author, text) == 404


def test_a_picture_of_another_institution_is_as_good_as_none(cast: Cast) -> None:
    away = upload(cast.olga)
    exam_id = exam_with(cast, away)
    assert [one.flaw for one in draft_findings(exam_id).pictures] == ["image_unknown"]
    assert status(cast.author, away) == 404


def test_nobody_is_shown_a_picture_without_signing_in(cast: Cast) -> None:

    picture = upload(cast.author)
    assert Client().get(f"/question-images/{picture}").status_code == 302
