import pytest

from proctoring.domain.observation import RULES, ObservationKind, is_allowed, rule_for


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


def test_an_exemption_makes_its_facts_ordinary_and_no_others() -> None:
    assert is_allowed(ObservationKind.CAMERA_DENIED, ["camera"])
    assert is_allowed(ObservationKind.FOCUS_LOST, ["reader", "lock"])
    assert not is_allowed(ObservationKind.FOCUS_LOST, ["camera", "reader", "second_person"])
    assert not any(is_allowed(kind, []) for kind in ObservationKind)
    assert not is_allowed(ObservationKind.SECOND_DEVICE, ["camera", "lock", "reader"])
