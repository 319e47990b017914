"""Words about people in templates: `{% load people %}`."""

from django import template

from accounts.domain.roster import RowFault, Step
from accounts.roles import Role
from accounts.texts import COLUMNS, FAULTS, OUTCOMES, ROLES

register = template.Library()


@register.filter
def role_name(role: str) -> str:
    """Return what a role is called."""
    return str(ROLES[Role(role)])


@register.filter
def outcome_name(step: Step) -> str:
    """Return what an import does with a row."""
    return str(OUTCOMES[step.outcome][0])


@register.filter
def outcome_tone(step: Step) -> str:
    """Return the tone of its chip."""
    return OUTCOMES[step.outcome][1]


@register.filter
def fault_text(fault: RowFault) -> str:
    """Return what is wrong, in words."""
    return str(FAULTS[fault.fault]) % {"value": fault.value}


@register.filter
def column_name(column: str) -> str:
    """Return what a column is called."""
    return str(COLUMNS[column])
