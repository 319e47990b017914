"""/api/v1/exams: the exam manager of seed 002, and the way of an exam to its approval."""

from django.http import HttpRequest
from ninja import Query, Router, Status

from exams.api.access import author_id, institution_of, writable_exam
from exams.api.shapes import (
    Approval,
    ExamChange,
    ExamIn,
    ExamOut,
    ExamPage,
    ExamQuery,
    Made,
    Reason,
    VersionIn,
)
from exams.domain.states import ExamState
from exams.selectors.contents import digest_of_draft
from exams.selectors.records import ExamFilter, ExamRecord, exam_record, find_exams
from exams.services import authoring, review

router = Router(tags=["exams"])


def shown(record: ExamRecord) -> ExamOut:
    """Return an exam as the API shows it."""
    return ExamOut(
        id=record.id,
        name=record.xml_id,
        title=record.name,
        version_label=record.version_label,
        subject=record.subject,
        state=record.state,
        passing_score=record.passing_score,
        configuration=record.configuration,
        content_hash=record.content_hash,
        created_at=record.created_at,
        question_pools=list(record.pool_ids),
    )


@router.get("", response=ExamPage, summary="List exams")
def list_exams(request: HttpRequest, asked: Query[ExamQuery]) -> ExamPage:
    """Return the exams of the caller's institution, the newest first."""
    wanted = ExamFilter(asked.title, asked.name, asked.state, asked.offset, asked.limit)
    count, records = find_exams(institution_of(request), wanted)
    return ExamPage(count=count, items=[shown(record) for record in records])


def _read(exam_id: int) -> ExamOut:
    """Return an exam with what an approval of it names."""
    out = shown(exam_record(exam_id))
    if out.state is ExamState.IN_REVIEW:
        out.review_hash = digest_of_draft(exam_id)
    return out


@router.post("", response={201: ExamOut}, summary="Create an exam")
def create_exam(request: HttpRequest, body: ExamIn) -> Status[ExamOut]:
    """Create a draft. The caller is its author: somebody else has to approve it."""
    exam_id = authoring.create_exam(
        institution_id=institution_of(request),
        actor_id=author_id(request),
        name=body.title,
        xml_id=body.name,
        version_label=body.version_label,
        subject=body.subject,
        passing_score=body.passing_score,
    )
    return Status(201, shown(exam_record(exam_id)))


@router.get("/{int:exam_id}", response=ExamOut, summary="Read an exam")
def read_exam(request: HttpRequest, exam_id: int) -> ExamOut:
    """Return one exam with the ids of its question pools."""
    writable_exam(request, exam_id)
    return _read(exam_id)


@router.patch("/{int:exam_id}", response=ExamOut, summary="Change an exam")
def change_exam(request: HttpRequest, exam_id: int, body: ExamChange) -> ExamOut:
    """Change the header of a draft; what is left out stays."""
    now = writable_exam(request, exam_id)
    authoring.update_exam(
        exam_id,
        name=now.name if body.title is None else body.title,
        xml_id=now.xml_id if body.name is None else body.name,
        subject=now.subject if body.subject is None else body.subject,
        version_label=now.version_label if body.version_label is None else body.version_label,
        passing_score=now.passing_score if body.passing_score is None else body.passing_score,
    )
    return shown(exam_record(exam_id))


@router.delete("/{int:exam_id}", response={204: None}, summary="Delete a draft")
def delete_exam(request: HttpRequest, exam_id: int) -> Status[None]:
    """Delete a draft with its pools and questions."""
    writable_exam(request, exam_id)
    authoring.delete_exam(exam_id, actor_id=author_id(request))
    return Status(204, None)


@router.post("/{int:exam_id}/review", response=ExamOut, summary="Send to review")
def send_to_review(request: HttpRequest, exam_id: int) -> ExamOut:
    """Close a complete draft for writing and offer it to a second person."""
    writable_exam(request, exam_id)
    review.send_to_review(exam_id, actor_id=author_id(request))
    return _read(exam_id)


@router.post("/{int:exam_id}/return", response=ExamOut, summary="Return to draft")
def return_to_draft(request: HttpRequest, exam_id: int, body: Reason) -> ExamOut:
    """Send an exam in review back to its author."""
    writable_exam(request, exam_id)
    review.return_to_draft(exam_id, actor_id=author_id(request), reason=body.reason)
    return shown(exam_record(exam_id))


@router.post("/{int:exam_id}/approve", response=ExamOut, summary="Approve")
def approve_exam(request: HttpRequest, exam_id: int, body: Approval | None = None) -> ExamOut:
    """Freeze an exam in review; the caller must not be who wrote or sent it.

    With the `review_hash` of what the caller has read, an exam that was changed since is refused.
    """
    writable_exam(request, exam_id)
    seen = body.review_hash if body else None
    review.approve_exam(exam_id, actor_id=author_id(request), seen=seen)
    return shown(exam_record(exam_id))


@router.post("/{int:exam_id}/versions", response={201: Made}, summary="Make a new version")
def new_version(request: HttpRequest, exam_id: int, body: VersionIn) -> Status[Made]:
    """Copy an exam, pools and questions into a new draft."""
    writable_exam(request, exam_id)
    made = review.new_version(
        exam_id, version_label=body.version_label, actor_id=author_id(request)
    )
    return Status(201, Made(id=made))
