from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from exams import tasks
from exams.domain.imports import IMPORT_TASK, LARGE
from exams.exchange.items import MAX_BYTES
from exams.models import Exam, ImportFile, Question
from exams.selectors.exams import pools_of_exam
from exams.services import authoring, review
from exams.tests.conftest import Cast
from exams.tests.pages import client_of, draft_exam, page_of, questions_of
from kernel.models import OutboxEntry
from scanner.engines.base import EngineUnavailable, Finding, NoEngine, ScanOutcome, bind_engine
from scanner.tests.cast import Scripted

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


def test_a_file_or_its_text_is_needed_so_neither_is_called_optional(cast: Cast) -> None:
    page = page_of(client_of(cast.author).get("/exams/import/"))
    assert "or paste its text here" in page
    assert "(optional)" not in page


def test_nothing_sent_is_asked_for(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    page = page_of(client_of(cast.author).post(f"/exams/{exam_id}/import/", {"text": "  "}))
    assert "Choose a file, or paste" in page


def test_a_preview_that_is_gone_or_somebody_elses_is_sent_again(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    author, admin = client_of(cast.author), client_of(cast.admin)
    preview = author.post(f"/exams/{exam_id}/import/", {"text": GIFT}).headers["Location"]
    assert "too old" in page_of(admin.get(preview), 404)
    ImportFile.objects.all().delete()
    assert "too old" in page_of(author.get(preview), 404)
    assert "too old" in page_of(author.post(f"{preview}commit/"), 404)
    assert questions_of(exam_id) == []


def test_an_exam_in_review_takes_no_import_and_says_so(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    client = client_of(cast.author)
    preview = client.post(f"/exams/{exam_id}/import/", {"text": GIFT}).headers["Location"]
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    before = questions_of(exam_id)
    assert "This exam is in review" in page_of(client.post(f"{preview}commit/"), 422)
    assert "This exam is in review" in page_of(client.get(preview))
    assert questions_of(exam_id) == before


def test_an_outsider_cannot_send_read_or_write(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    preview = client_of(cast.author).post(f"/exams/{exam_id}/import/", {"text": GIFT})
    where = preview.headers["Location"]
    olga = client_of(cast.olga)
    for url in (where, f"{where}status", f"/exams/{exam_id}/import/", f"/banks/{bank_id}/import/"):
        assert olga.get(url).status_code == 404, url
    assert olga.post(f"{where}commit/").status_code == 404
    assert olga.get("/exams/import/").status_code == 403


EXAM = b"""<exam xmlns="http://americanri.com/2009/poweru/exam/1.0" id="sky" title="Sky"
      passing_score="60" version_label="2026">
<question_pool title="Part one">
  <question type="bool" id="moon"><label>Is the moon a star?</label>
    <answer value="false" correct="true"/></question>
  <question type="bool" widget="TextInput"><label>Wrong widget</label></question>
</question_pool>
</exam>"""


def sent(client: Client, url: str, data: bytes, name: str = "exam.xml") -> str:
    answer = client.post(url, {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content
    return str(answer.headers["Location"])


def test_an_exam_document_becomes_a_new_exam_under_the_chosen_name(cast: Cast) -> None:
    client = client_of(cast.author)
    where = sent(client, "/exams/import/", EXAM)
    page = page_of(client.get(where))
    assert 'value="Sky"' in page
    assert "There is no such widget for this type of question." in page
    done = client.post(f"{where}commit/", {"name": "Sky again", "version_label": "7"}, follow=True)
    page = page_of(done)
    assert "1 question was imported." in page
    assert "Not imported: 1." in page
    exam = Exam.objects.get(name="Sky again")
    assert (exam.version_label, exam.passing_score, exam.xml_id) == ("7", Decimal(60), "sky")
    assert (
        client.post(f"{where}commit/", {"name": "Twice", "version_label": "1"}).status_code == 409
    )


def test_a_name_that_is_taken_can_be_chosen_again(cast: Cast) -> None:
    draft_exam(cast, name="Sky")
    client = client_of(cast.author)
    where = sent(client, "/exams/import/", EXAM)
    page = page_of(client.post(f"{where}commit/", {"name": "Sky", "version_label": "1"}), 422)
    assert "This name is taken" in page
    done = client.post(f"{where}commit/", {"name": "Sky", "version_label": "2"}, follow=True)
    assert "1 question was imported." in page_of(done)


def test_the_difference_is_shown_field_by_field_and_written_as_chosen(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    client.post(f"{sent(client, f'/exams/{exam_id}/import/', EXAM)}commit/")
    changed = EXAM.replace(b"a star?", b"a planet?")
    where = sent(client, f"/exams/{exam_id}/import/", changed)
    page = page_of(client.get(where))
    assert "<del><bdi>Is the moon a star?</bdi></del>" in page
    assert "<ins><bdi>Is the moon a planet?</bdi></ins>" in page
    assert "Pass mark" in page
    client.post(f"{where}commit/", {"mode": "new"})
    assert Question.objects.get(xml_id="moon").prompt == "Is the moon a star?"
    where = sent(client, f"/exams/{exam_id}/import/", changed)
    client.post(f"{where}commit/", {"mode": "new_and_changed", "with_header": "on"})
    assert Question.objects.get(xml_id="moon").prompt == "Is the moon a planet?"
    assert Exam.objects.get(pk=exam_id).passing_score == 60


def test_what_is_there_already_is_only_named(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    client.post(f"{sent(client, f'/exams/{exam_id}/import/', EXAM)}commit/")
    page = page_of(client.get(sent(client, f"/exams/{exam_id}/import/", EXAM)))
    assert "Everything in the file is there already, and the same." in page
    assert "<summary>Unchanged: 1</summary>" in page
    where = sent(client, f"/exams/{exam_id}/import/", GIFT.encode(), "q.gift")
    assert "<summary>Not in the file: 1" in page_of(client.get(where))


def test_a_bank_takes_a_file_too(cast: Cast) -> None:
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    client = client_of(cast.author)
    where = sent(client, f"/banks/{bank_id}/import/", GIFT.encode(), "q.gift")
    page = page_of(client.post(f"{where}commit/", follow=True))
    assert "2 questions were imported." in page
    assert Question.objects.filter(bank_id=bank_id, pool=None).count() == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!DOCTYPE exam><exam/>", "document type (DOCTYPE) or entities"),
        (b"<exam>" * 51 + b"</exam>" * 51, "nested too deeply"),
        (b"<exam>" + b" " * MAX_BYTES, "The file is too large."),
        (b'<!DOCTYPE e [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><exam>&c;</exam>', "DOCTYPE"),
        (b'<exam id="e"/>', "in its namespace"),
    ],
)
def test_a_hostile_file_is_refused_on_the_page(cast: Cast, data: bytes, said: str) -> None:
    client = client_of(cast.author)
    page = page_of(client.get(sent(client, "/exams/import/", data)))
    assert said in page
    assert 'btn primary large block" disabled' in page


def test_a_large_file_is_written_by_a_job_that_the_page_waits_for(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    where = sent(client, f"/exams/{exam_id}/import/", b"True?{T}\n\n" * LARGE, "q.gift")
    assert client.post(f"{where}commit/").headers["Location"] == where
    assert "The questions are being written." in page_of(client.get(where))
    status = client.get(f"{where}status")
    assert status.json() == {"state": "queued", "done": 0, "total": LARGE}
    assert client.post(f"{where}commit/").status_code == 409
    entry = OutboxEntry.objects.get(task=IMPORT_TASK)
    for _ in range(2):
        tasks.import_file(outbox_id=str(entry.pk), **entry.kwargs)
        OutboxEntry.objects.update(state="sent")
    assert client.get(f"{where}status").json() == {"state": "done", "done": LARGE, "total": LARGE}
    assert "The import is done." in page_of(client.get(where))
    assert len(questions_of(exam_id)) == LARGE


def test_a_job_that_is_refused_says_why_on_the_page(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    client = client_of(cast.author)
    where = sent(client, f"/exams/{exam_id}/import/", b"True?{T}\n\n" * LARGE, "q.gift")
    client.post(f"{where}commit/")
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    entry = OutboxEntry.objects.get(task=IMPORT_TASK)
    tasks.import_file(outbox_id=str(entry.pk), **entry.kwargs)
    assert "This exam is in review" in page_of(client.get(where))


def test_a_file_goes_through_the_virus_check_where_there_is_one(cast: Cast) -> None:
    infected = ScanOutcome(Finding.INFECTED, "Eicar")
    engine = Scripted(infected, EngineUnavailable("down"), ScanOutcome(Finding.CLEAN))
    client, said = client_of(cast.author), []
    bind_engine(engine)
    try:
        for _ in range(3):
            file = SimpleUploadedFile("exam.xml", EXAM)
            said.append(client.post("/exams/import/", {"file": file}))
    finally:
        bind_engine(NoEngine())
    assert "has not passed the virus check" in page_of(said[0])
    assert "The virus check does not answer" in page_of(said[1])
    assert said[2].status_code == 302
    assert engine.seen == [EXAM] * 3
    assert ImportFile.objects.count() == 1
