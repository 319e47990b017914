"""Who may open what of a sitting, from the roles of a person and from who is assigned to watch."""

from uuid import UUID

from accounts.policies import can_grade_sitting
from accounts.selectors import roles_of
from exams.selectors.images import is_shown_to_candidate
from exams.selectors.results import sittings_of_answer_file
from exams.watching import watchable_among
from scanner.domain import Purpose
from scanner.selectors import upload_cards


def may_read_answer_file(viewer_id: int, upload_id: UUID) -> bool:
    """Whether the viewer may open a file: an answer in a sitting they grade or may watch."""
    sittings, roles = sittings_of_answer_file(upload_id), roles_of(viewer_id)
    return bool(watchable_among(viewer_id, sittings)) or any(
        can_grade_sitting(roles, institution_id=one.institution_id, class_id=one.class_group_id)
        for one in sittings
    )


def may_see_image(viewer_id: int, upload_id: UUID) -> bool:
    """Whether the viewer may see a question's picture: who grades, and candidates of its exam.

    Authors of the institution may by the scanner's own rule.
    """
    card = upload_cards([upload_id]).get(upload_id)
    if card is None or card.purpose is not Purpose.QUESTION:
        return False
    if card.institution_id is not None and can_grade_sitting(
        roles_of(viewer_id), institution_id=card.institution_id, class_id=None
    ):
        return True
    return is_shown_to_candidate(viewer_id, card)
