from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connections, transaction

from exams.domain.accommodation import Adjustment, Exemption, Validity
from exams.services.accommodations import AccommodationPlan, give_accommodation
from kernel.clock import to_millis_or_none
from kernel.machine import IllegalMove
from kernel.models import AuditEntry
from kernel.tests.machines import disagreements, moves_of_row
from kernel.tests.waiting import wait_until_blocked
from proctoring.domain.incident import IncidentAction, IncidentState
from proctoring.domain.observation import ObservationKind
from proctoring.errors import IncidentDecided, IncidentUnknown, ReasonMissing, StatementFull
from proctoring.models import Incident, Observation
from proctoring.services.incidents import add_statement, decide_incident, record_observation
from proctoring.tests.stage import Stage
from proctoring.tests.test_domain_incident import EXPECTED

KIND = ObservationKind.FOCUS_LOST


def test_a_fact_below_its_threshold_stays_a_fact(stage: Stage) -> None:
    assert record_observation(stage.ana, KIND, 2) is None
    assert Observation.objects.count() == 1
    assert not Incident.objects.exists()


def test_what_an_exemption_allows_is_a_fact_and_no_incident(stage: Stage) -> None:
    give_accommodation(
        institution_id=stage.cast.institution.pk,
        student_id=stage.cast.ana.pk,
        plan=AccommodationPlan(
            Adjustment(exemptions=frozenset({Exemption.LOCK})), Validity(date(2020, 1, 1))
        ),
        actor_id=stage.cast.admin.pk,
    )
    assert record_observation(stage.ana, KIND, 60) is None
    assert record_observation(stage.ben, KIND, 60) is not None
    assert Observation.objects.count() == 2


def test_facts_of_one_kind_within_a_minute_are_one_incident(stage: Stage) -> None:
    for seconds in (6, 20, 8):
        record_observation(stage.ana, KIND, seconds)
    record_observation(stage.ben, KIND, 6)
    incident = Incident.objects.get(attempt_id=stage.ana)
    assert (incident.count, incident.amount) == (3, 20)
    assert Incident.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_facts_at_once_are_one_incident(stage: Stage) -> None:
    """Both processes find no incident yet: the second must wait for the first one's."""

    def paste() -> None:
        try:
            record_observation(stage.ana, ObservationKind.PASTE, 100)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            record_observation(stage.ana, ObservationKind.PASTE, 60)
            second = other.submit(paste)
            wait_until_blocked()
        second.result(timeout=20)
    assert [(one.count, one.amount) for one in Incident.objects.all()] == [(2, 100)]


def test_the_student_is_told_at_once_which_fact_was_noticed(stage: Stage) -> None:
    record_observation(stage.ana, KIND, 12)
    told = dict(stage.on(f"watch:{stage.ana}"))
    assert told["incident.told"].incident.kind == "focus_lost"
    assert stage.on(f"watch:{stage.ben}") == []


def test_a_decision_has_an_owner_a_reason_and_an_audit_line(stage: Stage) -> None:
    incident = record_observation(stage.ana, KIND, 12)
    assert incident is not None
    view = decide_incident(
        incident.pk,
        stage.sitting,
        IncidentAction.DISMISS,
        actor_id=stage.cast.ivo.pk,
        reason="The cat walked by",
    )
    assert (view.state, view.owner, view.reason) == ("dismissed", "Ivo", "The cat walked by")
    incident.refresh_from_db()
    assert view.decided_at == to_millis_or_none(incident.decided_at)
    assert view.decided_at is not None
    assert AuditEntry.objects.get(action="incident.dismiss").reason == "The cat walked by"


def test_a_decided_incident_cannot_be_decided_again(stage: Stage) -> None:
    incident = record_observation(stage.ana, KIND, 12)
    assert incident is not None
    act: Any = {"actor_id": stage.cast.ivo.pk, "reason": "seen"}
    decide_incident(incident.pk, stage.sitting, IncidentAction.NOTE, **act)
    with pytest.raises(IllegalMove):
        decide_incident(incident.pk, stage.sitting, IncidentAction.ESCALATE, **act)
    incident.refresh_from_db()
    assert incident.state == IncidentState.NOTED


def test_an_incident_moves_as_specified_and_not_otherwise(stage: Stage) -> None:
    incident = record_observation(stage.ana, KIND, 12)
    assert incident is not None
    said: Any = {"actor_id": stage.cast.ivo.pk, "reason": "seen"}

    def act(action: IncidentAction) -> None:
        decide_incident(incident.pk, stage.sitting, action, **said)

    rows = Incident.objects.filter(pk=incident.pk)
    assert disagreements(moves_of_row(rows, act), EXPECTED) == []


@pytest.mark.parametrize("action", [IncidentAction.DISMISS, IncidentAction.ESCALATE])
def test_dismissing_and_escalating_need_words(stage: Stage, action: IncidentAction) -> None:
    incident = record_observation(stage.ana, KIND, 12)
    assert incident is not None
    with pytest.raises(ReasonMissing):
        decide_incident(incident.pk, stage.sitting, action, actor_id=stage.cast.ivo.pk, reason=" ")


def test_an_incident_of_another_sitting_is_unknown(stage: Stage) -> None:
    incident = record_observation(stage.ana, KIND, 12)
    assert incident is not None
    with pytest.raises(IncidentUnknown):
        decide_incident(
            incident.pk,
            stage.sitting + 1,
            IncidentAction.NOTE,
            actor_id=stage.cast.ivo.pk,
            reason="x",
        )


def explained(stage: Stage, incident: Incident, text: str) -> str:
    ana = stage.cast.ana.pk
    return add_statement(incident.pk, stage.ana, text, actor_id=ana).statement


@pytest.fixture
def incident(stage: Stage) -> Incident:
    found = record_observation(stage.ana, KIND, 12)
    assert found is not None
    return found


def test_what_the_student_said_first_stays_below_what_they_add(
    stage: Stage, incident: Incident
) -> None:
    assert explained(stage, incident, " The laptop\nslept. ") == "The laptop slept."
    assert explained(stage, incident, "Twice.") == "The laptop slept.\nTwice."
    assert explained(stage, incident, "Twice.") == "The laptop slept.\nTwice.", "a repeat"
    assert explained(stage, incident, "  ") == "The laptop slept.\nTwice.", "nothing said"
    lines = AuditEntry.objects.filter(action="incident.explained").order_by("position")
    assert [(line.reason, line.actor_id) for line in lines] == [
        ("The laptop slept.", stage.cast.ana.pk),
        ("Twice.", stage.cast.ana.pk),
    ]


def test_nothing_is_explained_away_after_the_decision(stage: Stage, incident: Incident) -> None:
    explained(stage, incident, "The laptop slept.")
    act: Any = {"actor_id": stage.cast.ivo.pk, "reason": "Heard"}
    decide_incident(incident.pk, stage.sitting, IncidentAction.ACKNOWLEDGE, **act)
    explained(stage, incident, "Twice.")
    decide_incident(incident.pk, stage.sitting, IncidentAction.ESCALATE, **act)
    with pytest.raises(IncidentDecided):
        explained(stage, incident, "I never left.")
    incident.refresh_from_db()
    assert incident.statement == "The laptop slept.\nTwice."
    assert AuditEntry.objects.filter(action="incident.explained").count() == 2


def test_a_statement_has_an_end(stage: Stage, incident: Incident) -> None:
    assert len(explained(stage, incident, "a" * 5000)) == 1000
    for letter in "bc":
        explained(stage, incident, letter * 1000)
    with pytest.raises(StatementFull):
        explained(stage, incident, "d" * 1000)
    assert explained(stage, incident, "e").endswith("\ne")


def test_nobody_explains_the_incident_of_somebody_else(stage: Stage, incident: Incident) -> None:
    with pytest.raises(IncidentUnknown):
        add_statement(incident.pk, stage.ben, "Not mine", actor_id=stage.cast.ben.pk)
    incident.refresh_from_db()
    assert incident.statement == ""
