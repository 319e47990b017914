"""What an open page asks, with the sections of the exam around it: for programs that take an exam.

Built from the snapshot of the exam room, so nothing is in it that a candidate may not see.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from exams.domain.content import ExamContent
from exams.domain.numbers import plain
from exams.errors import AttemptUnknown
from exams.models import Attempt
from exams.selectors.attempts import snapshot
from exams.selectors.contents import approved_content
from exams.wire import AttemptSnapshot, PaperQuestion, SavedAnswer


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question as shown, its name in exchanged documents, and what is stored of its answer."""

    shown: PaperQuestion
    xml_id: str
    answer: SavedAnswer | None


@dataclass(frozen=True, slots=True)
class AskedPool:
    """A section of the exam with those of its questions that the open page asks."""

    id: int
    xml_id: str
    name: str
    questions: tuple[AskedQuestion, ...]


@dataclass(frozen=True, slots=True)
class OpenPage:
    """An attempt with its open page; there are pools only while it runs."""

    snapshot: AttemptSnapshot
    exam_id: int
    exam_xml_id: str
    exam_name: str
    passing_score: str
    pools: tuple[AskedPool, ...]


def open_page(attempt_id: int, student_id: int, *, browser: str) -> OpenPage:
    """Return what the open page of the caller's own attempt asks.

    Budget: 5 queries; the exam's content comes from memory once it was read.

    Raises:
        AttemptUnknown: There is none, or it is somebody else's.
    """
    seen = snapshot(attempt_id, student_id, browser=browser)
    exam_id, digest = Attempt.objects.values_list(
        "sitting__exam_id", "sitting__exam__content_hash"
    ).get(pk=attempt_id)
    content = approved_content(exam_id, digest)
    return OpenPage(
        snapshot=seen,
        exam_id=exam_id,
        exam_xml_id=content.xml_id,
        exam_name=content.name,
        passing_score=plain(content.passing_score),
        pools=tuple(_pools(content, seen)),
    )


def _pools(content: ExamContent, seen: AttemptSnapshot) -> Iterable[AskedPool]:
    asked = {question.id: question for question in seen.questions or ()}
    for pool in content.pools:
        by_id = {question.id: question for question in pool.questions if question.id in asked}
        if by_id:
            # In the order of the page, which is the drawn one.
            ids = [one for one in asked if one in by_id]
            yield AskedPool(
                id=pool.id,
                xml_id=pool.xml_id,
                name=pool.name,
                questions=tuple(
                    AskedQuestion(asked[one], by_id[one].xml_id, seen.answers.get(str(one)))
                    for one in ids
                ),
            )


def sitting_of_attempt(attempt_id: int, student_id: int) -> int:
    """Return the sitting of the caller's own attempt. One query.

    Raises:
        AttemptUnknown: There is none, or it is somebody else's.
    """
    own = Attempt.objects.filter(pk=attempt_id, student_id=student_id)
    found = own.values_list("sitting_id", flat=True).first()
    if found is None:
        raise AttemptUnknown(attempt=attempt_id)
    return found
