"""Words about accommodations, in the page's language."""

from datetime import date, timedelta

from django.utils.translation import override

from exams.domain.accommodation import NOTHING, Adjustment, Exemption
from exams.domain.documents import DocumentFault
from exams.templatetags.exam_times import adjustment_lines, fault_place, local_date


def test_each_thing_has_a_line() -> None:
    minute = timedelta(minutes=1)
    one = Adjustment(25, 5 * minute, 1, 10 * minute, frozenset({Exemption.CAMERA}))
    assert adjustment_lines(one) == [
        "25% more time",
        "5 minutes more",
        "1 break of 10 minutes",
        "No camera",
    ]
    assert adjustment_lines(NOTHING) == ["Nothing"]


def test_numbers_are_written_in_the_digits_of_the_page() -> None:
    with override("fa"):
        assert "۲۵" in adjustment_lines(Adjustment(extra_percent=25))[0]


def test_a_day_is_an_instant_at_noon_so_that_no_zone_shows_the_day_before() -> None:
    assert 'datetime="2026-03-10T12:00:00+00:00"' in local_date(date(2026, 3, 10))


def test_a_fault_of_a_timetable_names_its_entry() -> None:
    document = {"entries": [{"name": "Algebra"}, {"name": "Music"}]}
    assert fault_place(DocumentFault("entries[1].date", "overlaps"), document) == "Entry 2: Music"
    assert fault_place(DocumentFault("entries[7]", "overlaps"), document) == "entries[7]"
    assert fault_place(DocumentFault("zone", "unknown_zone"), document) == "zone"
