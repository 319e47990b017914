"""Which audiences a person may write to, as choices of the composer."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import selectors as people
from accounts.policies import can_send_notices
from accounts.roles import Role, RoleSet
from exams.selectors import sittings
from notifications.domain.notice import Audience, AudienceKind
from notifications.forms import Choices, key_of

RECENT: Final = timedelta(days=30)  # results are announced this long after a sitting
ROLES: Final[tuple[tuple[Role, Promise], ...]] = (
    (Role.STUDENT, _("All students")),
    (Role.INVIGILATOR, _("All invigilators")),
    (Role.GRADER, _("All graders")),
    (Role.AUTHOR, _("All authors")),
)


def may_send_within(roles: RoleSet, institution_id: int) -> bool:
    """Whether the person may write to the institution, or to any class of it."""
    return can_send_notices(roles, institution_id=institution_id, class_id=None) or any(
        can_send_notices(roles, institution_id=institution_id, class_id=class_id)
        for at, class_id in ((grant.institution_id, grant.class_id) for grant in roles.grants)
        if at == institution_id
    )


def choices_for(roles: RoleSet, institution_id: int, *, today: datetime) -> Choices:
    """Return the audiences the person may choose: sittings, classes, whole roles."""
    classes = [
        each
        for each in people.classes_of_institution(institution_id)
        if can_send_notices(roles, institution_id=institution_id, class_id=each.id)
    ]
    allowed = {each.id for each in classes}
    upcoming = [
        (key_of(Audience(AudienceKind.SITTING, institution_id, sitting_id=each.id)), each.title)
        for each in sittings.sittings_of_institution(institution_id)
        if each.class_group_id in allowed
        and each.state.value != "cancelled"
        and each.closes_at > today - RECENT
    ]
    whole = [
        (key_of(Audience(AudienceKind.ROLE, institution_id, role=role)), label)
        for role, label in ROLES
        if can_send_notices(roles, institution_id=institution_id, class_id=None)
    ]
    of_classes = [
        (key_of(Audience(AudienceKind.CLASS, institution_id, class_id=each.id)), each.name)
        for each in classes
    ]
    groups = (
        (_("Candidates of a sitting"), upcoming),
        (_("Students of a class"), of_classes),
        (_("Everybody"), whole),
    )
    return [(label, found) for label, found in groups if found]
