import pytest

from proctoring.domain.observation import RULES, ObservationKind, rule_for


@pytest.mark.parametrize("kind", ObservationKind)
def test_every_kind_has_a_rule_that_begins_exactly_at_its_threshold(kind: ObservationKind) -> None:
    rule = RULES[kind]
    assert rule_for(kind, rule.threshold) is rule
    assert rule_for(kind, rule.threshold - 0.001) is None


@pytest.mark.parametrize("kind", ObservationKind)
def test_severity_orders_and_never_exceeds_the_scale(kind: ObservationKind) -> None:
    assert 0 < RULES[kind].severity <= 1


def test_a_lost_connection_is_the_mildest_of_all() -> None:
    mildest = min(RULES.values(), key=lambda rule: rule.severity)
    assert mildest.kind is ObservationKind.CONNECTION_LOST
