"""How a new sitting is marked: as its exam is configured, until somebody says otherwise."""

import secrets
from dataclasses import asdict

from exams.domain.configuration import configuration_of
from exams.domain.marking import MarkingRules
from exams.models import MarkingPlan, Sitting
from exams.selectors.contents import approved_content


def plan_marking(sitting: Sitting) -> None:
    """Give a sitting the marking plan that its exam asks for; the plain one needs no row.

    Needs: the transaction that schedules the sitting, and `exam` loaded with it.
    """
    content = approved_content(sitting.exam_id, sitting.exam.content_hash)
    rules = configuration_of(content.configuration).marking
    if rules == MarkingRules():
        return
    MarkingPlan.objects.create(
        sitting=sitting,
        **asdict(rules),
        salt=secrets.token_hex(16),
        set_by_id=sitting.created_by_id,
    )
