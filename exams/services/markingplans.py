"""Say how the answers of a sitting are marked by people, before the first points are given."""

import secrets
from dataclasses import asdict

from django.db import transaction

from exams.domain.marking import MarkingRules
from exams.errors import MarkingBegun, SittingUnknown
from exams.models import MarkingPlan, Sitting
from exams.selectors.markingplans import has_begun
from exams.services.trail import append_line


@transaction.atomic
def set_marking_rules(sitting_id: int, rules: MarkingRules, *, actor_id: int) -> None:
    """Set how people mark a sitting; the numbers of the candidates stay when it is set again.

    Raises:
        SittingUnknown: There is none.
        MarkingBegun: Points were given by a person already.
        ValueError: The tolerance is not a percentage.
    """
    if not 0 <= rules.tolerance_percent <= 100:
        raise ValueError(rules.tolerance_percent)
    sitting = Sitting.objects.select_for_update().filter(pk=sitting_id).first()
    if sitting is None:
        raise SittingUnknown(sitting=sitting_id)
    if has_begun(sitting_id):
        raise MarkingBegun(sitting=sitting_id)
    fields = {**asdict(rules), "set_by_id": actor_id}
    created = {**fields, "salt": secrets.token_hex(16)}
    MarkingPlan.objects.update_or_create(sitting=sitting, defaults=fields, create_defaults=created)
    data: dict[str, object] = {name: str(value) for name, value in fields.items()}
    append_line("marking.planned", sitting, actor_id, data=data)
