"""Who can be chosen as an invigilator."""

import pytest

from accounts.selectors import UserCard
from proctoring.forms import AssignForm

KIM = UserCard(id=7, name="Kim", initials="K", locale="en", time_zone="UTC")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("7", ""),
        ("", "Choose somebody."),
        ("8", "Choose somebody who invigilates for this class."),
        ("Kim", "Choose somebody who invigilates for this class."),
    ],
)
def test_only_somebody_offered_can_be_chosen(given: str, said: str) -> None:
    form = AssignForm({"invigilator_id": given}, people=[KIM])
    assert form.errors.get("invigilator_id", [""]) == [said]
