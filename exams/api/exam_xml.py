"""Exams as XML on /api/v1: create_from_xml and export_to_xml of the founding documents."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from exams.api.access import author_id, institution_of, writable_exam
from exams.api.exams import shown
from exams.api.shapes import ExamOut
from exams.errors import DocumentInvalid
from exams.exchange.exam_xml_write import write_exam
from exams.exchange.formats import Format, parse
from exams.exchange.importing import create_exam_of
from exams.exchange.items import MAX_BYTES, Finding, Preview
from exams.selectors.outlines import exam_outline
from exams.selectors.records import exam_record
from exams.texts_exchange import IMPORT_FINDINGS
from scanner.services import check_passing_file

router = Router(tags=["exams"])

_XML: Final = "application/xml"
_TYPES: Final = frozenset({_XML, "text/xml"})
_TOLD: Final = 20  # findings that a refusal names; a look without writing names all
_DOCUMENT: Final[dict[str, Any]] = {
    "content": {_XML: {"schema": {"type": "string", "description": "By docs/exam-xml.md"}}}
}


class XmlQuery(Schema):
    """How a document is taken."""

    partly: Annotated[bool, Field(description="Leave out questions that cannot be taken")] = False
    dry_run: Annotated[bool, Field(description="Only say what would be taken")] = False


class FindingOut(Schema):
    """One thing that is to be said of a document.

    Attributes:
        text: The piece of the document that it is about.
        drops_question: A question is not taken because of it.
    """

    line: int
    code: str
    message: str
    text: str
    drops_question: bool


class Taken(Schema):
    """What became of a document: questions = imported + reported. No exam for a dry run."""

    exam: ExamOut | None
    imported: int
    reported: int
    findings: list[FindingOut]


@router.post(
    "/from-xml",
    response={200: Taken, 201: Taken},
    summary="Create an exam from XML",
    openapi_extra={"requestBody": {"required": True, **_DOCUMENT}},
)
def create_from_xml(request: HttpRequest, asked: Query[XmlQuery]) -> Status[Taken]:
    """Create a draft from a document, all of it or nothing; the caller is its author."""
    institution_id, actor_id = institution_of(request), author_id(request)
    seen = parse(Format.EXAM_XML, _sent(request))
    if asked.dry_run:
        return Status(HTTPStatus.OK, _taken(seen, None))
    if seen.exam is None or (seen.reported and not asked.partly):
        raise DocumentInvalid(faults=_faults(seen))
    exam_id = create_exam_of(seen, institution_id=institution_id, actor_id=actor_id)
    return Status(HTTPStatus.CREATED, _taken(seen, shown(exam_record(exam_id))))


def _sent(request: HttpRequest) -> bytes:
    """Return the document; one byte more than is allowed shows that it is too large."""
    if request.content_type not in _TYPES:
        raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type: {_XML}")
    data = request.read(MAX_BYTES + 1)
    check_passing_file(data)
    return data


def _taken(seen: Preview, exam: ExamOut | None) -> Taken:
    findings = [_told(one) for one in seen.findings]
    return Taken(exam=exam, imported=seen.imported, reported=seen.reported, findings=findings)


def _told(one: Finding) -> FindingOut:
    return FindingOut(
        line=one.line,
        code=one.code.value,
        message=str(IMPORT_FINDINGS[one.code]),
        text=one.text,
        drops_question=one.drops_item,
    )


def _faults(seen: Preview) -> str:
    """Return what keeps a document from being taken; what drops a question comes first."""
    findings = sorted(seen.findings, key=lambda one: (not one.drops_item, one.line))
    return "; ".join(f"line {one.line}: {one.code.value} {one.text}" for one in findings[:_TOLD])


@router.get(
    "/{int:exam_id}/xml",
    summary="Export an exam to XML",
    openapi_extra={"responses": {200: {"description": "The document", **_DOCUMENT}}},
)
def export_to_xml(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Return everything that was written of an exam, keys included."""
    writable_exam(request, exam_id)
    document = write_exam(exam_outline(exam_id).outline)
    answer = HttpResponse(document, content_type=f"{_XML}; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer
