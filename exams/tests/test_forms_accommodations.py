"""The form of an accommodation says what the service takes, and shows what stands."""

from datetime import UTC, date, datetime, timedelta

from exams.domain.accommodation import Adjustment, Exemption, Validity
from exams.forms_accommodations import ChangedAccommodationForm, accommodation_as_given
from exams.selectors.accommodations import AccommodationView

MINUTE = timedelta(minutes=1)


def test_what_is_shown_and_sent_back_is_the_same() -> None:
    view = AccommodationView(
        id=1,
        institution_id=1,
        student_id=1,
        adjustment=Adjustment(25, 5 * MINUTE, 2, 10 * MINUTE, frozenset({Exemption.READER})),
        validity=Validity(date(2026, 1, 1), date(2026, 6, 30)),
        note="Sits by the door",
        created_by_id=1,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    form = ChangedAccommodationForm({**accommodation_as_given(view), "reason": "x"})
    assert form.is_valid(), form.errors
    plan = form.plan()
    assert (plan.adjustment, plan.validity, plan.note) == (
        view.adjustment,
        view.validity,
        view.note,
    )
