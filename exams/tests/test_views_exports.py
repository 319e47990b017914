"""Results as files: who may take them, what they are called, what stays text in them."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from exams.services import grading
from exams.services.sittings import close_sitting
from exams.tests.conftest import Cast
from exams.tests.exported import HOSTILE
from exams.tests.marked import Marked, right_or_wrong, take
from exams.tests.pages import client_of, page_of
from kernel.models import AuditEntry

FORMS = ("csv", "xlsx", "pdf")


@pytest.fixture
def marked(cast: Cast) -> Marked:
    return take(
        cast,
        [("right",), ("wrong",)],
        questions=[right_or_wrong(HOSTILE[0])],
        names={0: HOSTILE[0], 1: HOSTILE[9]},
        title=HOSTILE[9],
    )


def address(marked: Marked, form: str) -> str:
    return f"/sittings/{marked.sitting_id}/results.{form}"


def body(response: Any) -> bytes:
    return b"".join(iter(response))


def test_the_list_is_streamed_and_names_are_text(marked: Marked) -> None:
    response = client_of(marked.cast.grader).get(address(marked, "csv"))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.streaming
    _head, first, second = csv.reader(io.StringIO(body(response).decode("utf-8-sig")))
    assert (first[0], second[0]) == (HOSTILE[9], "'" + HOSTILE[0])


def test_the_workbook_opens_and_holds_the_names_as_text(marked: Marked) -> None:
    response = client_of(marked.cast.grader).get(address(marked, "xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(body(response)))
    cells = [sheet["A2"] for sheet in book.worksheets[:3]]
    assert [cell.data_type for cell in cells] == ["s"] * 3
    assert cells[2].value == HOSTILE[0]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_document_is_a_pdf_in_both_languages(marked: Marked, language: str) -> None:
    client = client_of(marked.cast.grader)
    response = client.get(address(marked, "pdf"), headers={"accept-language": language})
    assert body(response).startswith(b"%PDF-")


@pytest.mark.parametrize("form", FORMS)
def test_each_file_is_named_by_the_code_and_leaves_a_line(marked: Marked, form: str) -> None:
    response = client_of(marked.cast.grader).get(address(marked, form))
    assert body(response)
    assert response["Content-Disposition"].startswith('attachment; filename="results-')
    assert response["Content-Disposition"].endswith(f'.{form}"')
    assert "no-store" in response["Cache-Control"]
    assert AuditEntry.objects.get(action="results.exported").data["form"] == form


@pytest.mark.parametrize("form", FORMS)
def test_who_does_not_grade_takes_nothing_and_leaves_no_line(marked: Marked, form: str) -> None:
    for who, status in (("ana", 403), ("ivo", 403), ("author", 403), ("olga", 404)):
        client = client_of(getattr(marked.cast, who))
        assert client.get(address(marked, form)).status_code == status
    assert not AuditEntry.objects.filter(action="results.exported").exists()


def test_the_results_page_offers_every_form(marked: Marked) -> None:
    page = page_of(client_of(marked.cast.grader).get(f"/sittings/{marked.sitting_id}/results/"))
    assert all(address(marked, form) in page for form in FORMS)


def test_a_grader_takes_the_sheet_of_one_student(marked: Marked) -> None:
    place = f"/attempts/{marked.attempt_ids[0]}/sheet.pdf"
    client = client_of(marked.cast.grader)
    assert place in page_of(client.get(f"/attempts/{marked.attempt_ids[0]}/paper/"))
    assert body(client.get(place)).startswith(b"%PDF-")
    assert AuditEntry.objects.filter(action="result.exported").count() == 1
    for who, status in (("ivo", 403), ("author", 403), ("olga", 404)):
        assert client_of(getattr(marked.cast, who)).get(place).status_code == status
    assert client_of(marked.students[0]).get(place).status_code == 403
    assert AuditEntry.objects.filter(action="result.exported").count() == 1


def test_a_student_takes_the_own_sheet_after_the_release_only(marked: Marked) -> None:
    place = f"/results/{marked.attempt_ids[0]}/sheet.pdf"
    own, other = (client_of(one) for one in marked.students)
    assert own.get(place).status_code == 404
    close_sitting(marked.sitting_id)
    grading.release_results(marked.sitting_id, actor_id=marked.cast.grader.pk)
    assert body(own.get(place)).startswith(b"%PDF-")
    assert place in page_of(own.get(f"/results/{marked.attempt_ids[0]}/"))
    for stranger in (other, client_of(marked.cast.olga), client_of(marked.cast.grader)):
        assert stranger.get(place).status_code == 404
