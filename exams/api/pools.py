"""/api/v1/question-pools: the question pool manager of seed 002."""

from django.http import HttpRequest
from ninja import Router, Status

from exams.api.access import writable_exam, writable_pool
from exams.api.shapes import PoolChange, PoolIn, PoolOut
from exams.selectors.records import PoolRecord, pool_record, pool_records
from exams.services import pools

router = Router(tags=["question pools"])


def shown(record: PoolRecord) -> PoolOut:
    """Return a pool as the API shows it."""
    return PoolOut(
        id=record.id,
        exam=record.exam_id,
        name=record.xml_id,
        title=record.name,
        order=record.order,
        randomize_questions=record.randomize_questions,
        number_to_answer=record.number_to_answer,
        next_question_pool=record.next_question_pool,
        questions=list(record.question_ids),
    )


@router.get("/exams/{int:exam_id}/question-pools", response=list[PoolOut], summary="List the pools")
def list_pools(request: HttpRequest, exam_id: int) -> list[PoolOut]:
    """Return the question pools of an exam in order."""
    writable_exam(request, exam_id)
    return [shown(record) for record in pool_records(exam_id)]


@router.post(
    "/exams/{int:exam_id}/question-pools", response={201: PoolOut}, summary="Create a pool"
)
def create_pool(request: HttpRequest, exam_id: int, body: PoolIn) -> Status[PoolOut]:
    """Add a question pool to a draft, at the end or at `order`."""
    writable_exam(request, exam_id)
    pool_id = pools.add_pool(
        exam_id,
        name=body.title,
        xml_id=body.name,
        order=body.order,
        randomize_questions=body.randomize_questions,
        number_to_answer=body.number_to_answer,
        next_question_pool=body.next_question_pool,
    )
    return Status(201, shown(pool_record(pool_id)))


@router.get("/question-pools/{int:pool_id}", response=PoolOut, summary="Read a pool")
def read_pool(request: HttpRequest, pool_id: int) -> PoolOut:
    """Return one question pool with the ids of its questions."""
    return shown(writable_pool(request, pool_id))


@router.patch("/question-pools/{int:pool_id}", response=PoolOut, summary="Change a pool")
def change_pool(request: HttpRequest, pool_id: int, body: PoolChange) -> PoolOut:
    """Change or move a question pool of a draft; what is left out stays."""
    now = shown(writable_pool(request, pool_id))
    wanted = now.model_copy(update=body.model_dump(exclude_unset=True))
    pools.update_pool(
        pool_id,
        name=wanted.title,
        xml_id=wanted.name,
        randomize_questions=wanted.randomize_questions,
        number_to_answer=wanted.number_to_answer,
        next_question_pool=wanted.next_question_pool,
        order=body.order,
    )
    return shown(pool_record(pool_id))


@router.delete("/question-pools/{int:pool_id}", response={204: None}, summary="Delete a pool")
def delete_pool(request: HttpRequest, pool_id: int) -> Status[None]:
    """Delete a question pool of a draft with its questions."""
    writable_pool(request, pool_id)
    pools.delete_pool(pool_id)
    return Status(204, None)
