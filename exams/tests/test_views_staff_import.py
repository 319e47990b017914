import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from exams.selectors.exams import pools_of_exam
from exams.services import review
from exams.tests.conftest import Cast
from exams.tests.pages import client_of, draft_exam, page_of, questions_of

pytestmark = pytest.mark.django_db

GIFT = """$CATEGORY: Sky

::Moon:: The Moon is a star. {F}

Broken { =a ~b

::Sum:: 2 + 2? { =4 ~5 }
"""


def test_the_wizard_shows_every_line_and_writes_only_when_told(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    sent = client.post(f"/exams/{exam_id}/import/", {"text": GIFT})
    preview = sent.headers["Location"]
    page = page_of(client.get(preview))
    assert "A brace { is never closed." in page
    assert "Not imported" in page
    assert "Import 2 questions" in page
    assert '<td class="num" data-label="Line">5</td>' in page
    assert questions_of(exam_id) == []
    done = client.post(f"{preview}commit/", follow=True)
    assert "2 questions were imported." in page_of(done)
    assert [pool.name for pool in pools_of_exam(exam_id)] == ["Part one", "Sky"]
    assert len(questions_of(exam_id)) == 2


def test_every_finding_is_shown_however_many(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    sent = client.post(f"/exams/{exam_id}/import/", {"text": "Broken { =a ~b\n\n" * 305})
    page = page_of(client.get(sent.headers["Location"]))
    assert page.count("A brace { is never closed.") == 305


def test_a_file_works_like_pasted_text(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    sent = SimpleUploadedFile("q.gift", "﻿::Moon:: ماه ستاره است. {F}".encode())
    client = client_of(cast.author)
    answer = client.post(f"/exams/{exam_id}/import/", {"file": sent})
    assert "Import 1 question" in page_of(client.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\x00nonsense\xfe", "cannot be read"), (b"// only a comment", "Nothing to import")],
)
def test_what_cannot_be_read_is_explained_and_cannot_be_committed(
    cast: Cast, content: bytes, said: str
) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    sent = SimpleUploadedFile("q.gift", content)
    preview = client.post(f"/exams/{exam_id}/import/", {"file": sent}).headers["Location"]
    page = page_of(client.get(preview))
    assert said in page
    assert 'btn primary large block" disabled' in page


def test_nothing_sent_is_asked_for(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    page = page_of(client_of(cast.author).post(f"/exams/{exam_id}/import/", {"text": "  "}))
    assert "Choose a file, or paste" in page


def test_a_preview_that_is_gone_or_somebody_elses_is_sent_again(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    author, admin = client_of(cast.author), client_of(cast.admin)
    preview = author.post(f"/exams/{exam_id}/import/", {"text": GIFT}).headers["Location"]
    assert "too old" in page_of(admin.get(preview, follow=True))
    cache.clear()
    assert "too old" in page_of(author.get(preview, follow=True))
    assert "too old" in page_of(author.post(f"{preview}commit/", follow=True))
    assert questions_of(exam_id) == []


def test_an_exam_in_review_takes_no_import(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    client = client_of(cast.author)
    preview = client.post(f"/exams/{exam_id}/import/", {"text": GIFT}).headers["Location"]
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    before = questions_of(exam_id)
    assert client.post(f"{preview}commit/").status_code == 409
    assert questions_of(exam_id) == before


def test_an_outsider_cannot_read_a_preview(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    preview = client_of(cast.author).post(f"/exams/{exam_id}/import/", {"text": GIFT})
    assert client_of(cast.olga).get(preview.headers["Location"]).status_code == 404
