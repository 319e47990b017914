"""How a sitting is marked is written down with who said so."""

import pytest

from exams.domain.marking import MarkingRules
from exams.errors import SittingUnknown
from exams.models import MarkingPlan
from exams.selectors.markingplans import marking_rules
from exams.services.markingplans import set_marking_rules
from exams.tests.conftest import Taking
from kernel.models import AuditEntry


def test_rules_are_stored_and_audited(running: Taking) -> None:
    rules = MarkingRules(blind=True, second_marker=True, tolerance_percent=25)
    set_marking_rules(running.sitting_id, rules, actor_id=running.cast.grader.pk)
    assert marking_rules(running.sitting_id) == rules
    assert len(MarkingPlan.objects.get().salt) == 32
    entry = AuditEntry.objects.get(action="marking.planned")
    assert (entry.actor_id, entry.data["blind"]) == (running.cast.grader.pk, "True")


@pytest.mark.django_db
def test_a_sitting_of_nobody_has_no_rules() -> None:
    with pytest.raises(SittingUnknown):
        set_marking_rules(10**9, MarkingRules(), actor_id=1)
