"""Facts come in, incidents come out, persons decide them."""

from datetime import datetime

from django.db import transaction

from exams.selectors.attempts import attempt_facts
from exams.services.attempts import hold_attempt
from kernel import audit, clock
from kernel.events import bus
from kernel.machine import IllegalMove
from proctoring.domain.incident import (
    INCIDENT,
    UNDECIDED,
    IncidentAction,
    IncidentState,
    with_words,
)
from proctoring.domain.observation import (
    COALESCE_WITHIN,
    RULES_VERSION,
    ObservationKind,
    Rule,
    is_allowed,
    rule_for,
)
from proctoring.errors import IncidentDecided, IncidentUnknown, ReasonMissing, StatementFull
from proctoring.events import IncidentRaised
from proctoring.messages import IncidentTold, IncidentView
from proctoring.models import Incident, Observation
from proctoring.selectors import incident_view
from realtime.publish import publish, publish_state

MAX_WORDS_CHARS = 1000
MAX_STATEMENT_CHARS = 4000
NEEDS_REASON = frozenset({IncidentAction.DISMISS, IncidentAction.ESCALATE})


@transaction.atomic
def record_observation(
    attempt_id: int, kind: ObservationKind, amount: float, *, client_at: datetime | None = None
) -> Incident | None:
    """Keep a raw fact; open an incident, or add to the recent one, when it meets its rule.

    Args:
        attempt_id: Whose attempt.
        kind: What was observed.
        amount: In the unit of the rule for this kind.
        client_at: The browser's clock, if the browser reported it.

    Returns:
        The incident that it opened or was added to, if any.
    """
    Observation.objects.create(attempt_id=attempt_id, kind=kind, amount=amount, client_at=client_at)
    rule = rule_for(kind, amount)
    if rule is None:
        return None
    facts = attempt_facts(attempt_id)
    if is_allowed(kind, facts.exemptions):
        return None
    incident, is_new = _coalesce(attempt_id, rule, amount)
    if is_new:
        bus.emit(
            IncidentRaised(
                incident_id=incident.pk,
                attempt_id=attempt_id,
                sitting_id=facts.sitting_id,
                kind=kind,
                severity=rule.severity,
            )
        )
    _tell(incident, facts.sitting_id)
    return incident


def _coalesce(attempt_id: int, rule: Rule, amount: float) -> tuple[Incident, bool]:
    hold_attempt(attempt_id)  # of two facts at once one opens the incident, the other adds to it
    now = clock.now()
    recent = (
        Incident.objects.select_for_update()
        .filter(
            attempt_id=attempt_id,
            kind=rule.kind,
            last_at__gt=now - COALESCE_WITHIN,
            state__in=UNDECIDED,
        )
        .order_by("-last_at")
        .first()
    )
    if recent:
        recent.count += 1
        recent.last_at = now
        recent.amount = max(recent.amount, amount)
        recent.save(update_fields=["count", "last_at", "amount"])
        return recent, False
    incident = Incident.objects.create(
        attempt_id=attempt_id,
        kind=rule.kind,
        severity=rule.severity,
        rule_version=RULES_VERSION,
        first_at=now,
        last_at=now,
        amount=amount,
    )
    return incident, True


@transaction.atomic
def decide_incident(
    incident_id: int, sitting_id: int, action: IncidentAction, *, actor_id: int, reason: str
) -> IncidentView:
    """Move an incident as a person decided; from then on that person owns it.

    Raises:
        IncidentUnknown: There is none with this id in this sitting.
        ReasonMissing: Dismissing and escalating need words.
        IllegalMove: It was decided already; `state` says how.
    """
    if action in NEEDS_REASON and not reason.strip():
        raise ReasonMissing(action=action.value)
    incident = Incident.objects.filter(pk=incident_id, attempt__sitting_id=sitting_id).first()
    if incident is None:
        raise IncidentUnknown(incident=incident_id)
    target = INCIDENT.next_state(IncidentState(incident.state), action)
    moved = Incident.objects.filter(pk=incident_id, state__in=INCIDENT.sources(action)).update(
        state=target,
        owner_id=actor_id,
        reason=reason.strip(),
        decided_at=None if target is IncidentState.ACKNOWLEDGED else clock.now(),
    )
    incident.refresh_from_db()
    if not moved:
        raise IllegalMove(INCIDENT.name, incident.state, action.value)
    facts = attempt_facts(incident.attempt_id)
    audit.append(
        f"incident.{action.value}",
        actor_id=actor_id,
        subject=f"attempt:{incident.attempt_id}",
        reason=reason.strip(),
        data={"incident": incident_id, "kind": incident.kind},
        institution_id=facts.institution_id,
    )
    return _tell(incident, sitting_id)


@transaction.atomic
def add_statement(incident_id: int, attempt_id: int, text: str, *, actor_id: int) -> IncidentView:
    """Add the student's own words about an incident, cut at a generous length.

    What was said before stays, and each addition has its audit line: who decides and who reads
    the case later see the same words.

    Raises:
        IncidentUnknown: It is not an incident of this attempt.
        IncidentDecided: A person has decided it; nothing was changed.
        StatementFull: Enough has been said.
    """
    incidents = Incident.objects.select_for_update().filter(attempt_id=attempt_id)
    incident = incidents.filter(pk=incident_id).first()
    if incident is None:
        raise IncidentUnknown(incident=incident_id)
    if incident.state not in UNDECIDED:
        raise IncidentDecided(state=incident.state)
    facts = attempt_facts(attempt_id)
    words = " ".join(text.split())[:MAX_WORDS_CHARS]
    statement = with_words(incident.statement, words)
    if words and statement != incident.statement:
        _keep(incident, statement)
        audit.append(
            "incident.explained",
            actor_id=actor_id,
            subject=f"attempt:{attempt_id}",
            reason=words,
            data={"incident": incident_id, "kind": incident.kind},
            institution_id=facts.institution_id,
        )
    return _tell(incident, facts.sitting_id)


def _keep(incident: Incident, statement: str) -> None:
    if len(statement) > MAX_STATEMENT_CHARS:
        raise StatementFull(limit=MAX_STATEMENT_CHARS)
    incident.statement = statement
    incident.save(update_fields=["statement"])


def _tell(incident: Incident, sitting_id: int) -> IncidentView:
    view = incident_view(incident)
    publish_state(f"wall:{sitting_id}", f"incident:{incident.pk}", view)
    publish(f"watch:{incident.attempt_id}", IncidentTold(incident=view))
    return view
