"""Who may open what of a sitting, from the roles of a person and from who is assigned to watch."""

from uuid import UUID

from accounts.policies import can_grade_sitting
from accounts.selectors import roles_of
from exams.selectors.results import sittings_of_answer_file
from exams.watching import watchable_among


def may_read_answer_file(viewer_id: int, upload_id: UUID) -> bool:
    """Whether the viewer may open a file: an answer in a sitting they grade or may watch."""
    sittings, roles = sittings_of_answer_file(upload_id), roles_of(viewer_id)
    return bool(watchable_among(viewer_id, sittings)) or any(
        can_grade_sitting(roles, institution_id=one.institution_id, class_id=one.class_group_id)
        for one in sittings
    )
