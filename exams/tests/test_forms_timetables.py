"""The forms of a timetable say its document, and show it again."""

from typing import Any

from exams.domain.timetable import form_faults_of
from exams.forms_timetables import (
    EntryFormSet,
    FrameForm,
    document_of,
    frame_as_given,
    rows_as_given,
)

DOCUMENT: dict[str, Any] = {
    "zone": "Asia/Tehran",
    "term": {"first": "2027-01-01", "last": "2027-02-28"},
    "entries": [
        {
            "id": "a",
            "name": "Algebra",
            "subject": "",
            "exam": None,
            "date": "2027-01-10",
            "from": "09:00",
            "to": "10:30",
            "minutes": None,
            "rooms": ["Hall", "Lab"],
            "note": "",
        }
    ],
}


def test_what_is_shown_and_sent_back_is_the_same() -> None:
    shown = rows_as_given(DOCUMENT)
    body: dict[str, Any] = {"e-TOTAL_FORMS": "1", "e-INITIAL_FORMS": "1"}
    for name, value in shown[0].items():
        text = value.strftime("%H:%M") if name in {"starts", "ends"} else value  # type: ignore[attr-defined] # a time
        body[f"e-0-{name}"] = "" if text is None else str(text)
    frame = FrameForm(frame_as_given("Winter", DOCUMENT))
    rows = EntryFormSet(body, prefix="e", initial=shown, form_kwargs={"exams": []})
    assert frame.is_valid()
    assert rows.is_valid(), rows.errors
    assert document_of(frame, rows) == DOCUMENT
    assert not form_faults_of(DOCUMENT)


def test_a_day_that_there_is_not_leaves_its_field_empty() -> None:
    wrong = {**DOCUMENT, "entries": [{**DOCUMENT["entries"][0], "date": "2027-02-30"}]}
    assert rows_as_given(wrong)[0]["day"] is None
