"""Pictures of questions: what the scanner says of them, and whose exam they are part of."""

from exams.domain.content import ExamContent
from exams.domain.images import TYPES, Found, ImageFinding, findings_in, pictures_of
from exams.domain.states import AttemptState, ResultState
from exams.models import Attempt
from scanner.domain import Purpose, Verdict
from scanner.selectors import UploadCard, has_scanner, upload_cards

_AT_WORK = (AttemptState.RUNNING, AttemptState.PAUSED)


def findings_of_content(content: ExamContent, institution_id: int) -> list[ImageFinding]:
    """Return what is wrong with the pictures of a rendered exam. One query."""
    pictures = list(pictures_of(content))
    cards = upload_cards({upload_id for _question, upload_id, _words in pictures})
    waiting = Found.WAITING if has_scanner() else Found.UNSCANNED
    known = {
        upload_id: _found(card, waiting)
        for upload_id, card in cards.items()
        if card.institution_id == institution_id and card.purpose is Purpose.QUESTION
    }
    return list(findings_in(pictures, known))


def _found(card: UploadCard, waiting: Found) -> Found:
    if card.mime not in TYPES:
        return Found.OTHER
    if card.is_clean:
        return Found.CLEAN
    waits = card.state in {Verdict.QUARANTINED, Verdict.SCANNING}
    return waiting if waits else Found.REFUSED


def image_hashes(content: ExamContent) -> dict[str, str]:
    """Return the SHA-256 of every picture of a rendered exam, by upload id, to be frozen with it."""
    ids = {upload_id for _question, upload_id, _words in pictures_of(content)}
    return {str(one): card.sha256 for one, card in upload_cards(ids).items()}


def is_shown_to_candidate(viewer_id: int, card: UploadCard) -> bool:
    """Whether a picture is part of an exam that this student takes now or has a result of.

    The bytes must be those that were approved with the exam. Two queries at most.
    """
    frozen = {f"sitting__exam__content__images__{card.id}": card.sha256}
    mine = Attempt.objects.filter(student_id=viewer_id, **frozen)
    return (
        mine.filter(state__in=_AT_WORK).exists()
        or mine.filter(result__state=ResultState.RELEASED).exists()
    )
