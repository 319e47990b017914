"""The delivery of a command, as the candidate's browser reports it."""

from kernel.tests.machines import differences, unnoticed
from proctoring.domain.command import DELIVERY, DeliveryAction, DeliveryState

S, A = DeliveryState, DeliveryAction

# Written from the specification, not from the table: everything not listed is illegal.
EXPECTED = {
    (S.SENT, A.DELIVER): S.DELIVERED,
    (S.SENT, A.APPLY): S.APPLIED,  # the report of the delivery was lost, or was overtaken
    (S.DELIVERED, A.APPLY): S.APPLIED,
}


def test_the_table_is_the_specification() -> None:
    assert differences(DELIVERY, S.SENT, EXPECTED) == []


def test_every_mutant_of_the_table_is_noticed() -> None:
    assert unnoticed(DELIVERY, S.SENT, EXPECTED) == []


def test_an_applied_command_refuses_every_report() -> None:
    assert DELIVERY.ends == {S.APPLIED}
