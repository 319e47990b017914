"""A refusal has a stable code, a status and facts."""

from kernel.errors import DomainError


class LeaseLost(DomainError):
    code = "lease_lost"
    http_status = 409


def test_a_refusal_carries_code_status_and_facts() -> None:
    error = LeaseLost(attempt=7, missing=[1, 2])
    assert (error.code, error.http_status) == ("lease_lost", 409)
    assert error.data == {"attempt": 7, "missing": [1, 2]}
    assert str(error) == "lease_lost: {'attempt': 7, 'missing': [1, 2]}"


def test_the_base_is_a_plain_refusal() -> None:
    assert (DomainError().code, DomainError().http_status, DomainError().data) == (
        "refused",
        400,
        {},
    )
