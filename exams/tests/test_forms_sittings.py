from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from accounts.selectors import ClassCard, UserCard
from exams.forms_sittings import CandidateForm, MarkForm, SittingForm

CLASSES = [ClassCard(id=3, institution_id=1, code="10A", name="Class 10A")]


def form_of(**changes: Any) -> SittingForm:
    given = {
        "class_id": "3",
        "starts_at": "2026-11-21T10:00",
        "closes_at": "2026-11-21T12:00",
        "duration": "90",
        "lobby": "15",
        "grace_s": "30",
        "camera": "required",
        "chat_lock": "lobby",
        "late_start": "clip",
    }
    return SittingForm({**given, **changes}, exams=[], classes=CLASSES)


@pytest.mark.parametrize(
    ("changes", "at_fault"),
    [
        ({}, set()),
        ({"closes_at": "2026-11-21T10:00"}, {"closes_at"}),
        ({"closes_at": "2026-11-21T11:29"}, {"closes_at"}),
        ({"closes_at": "9999-12-31T22:59"}, {"closes_at"}),
        ({"closes_at": "2026-11-21T11:30"}, set()),
        ({"starts_at": "2025-11-21T10:00", "closes_at": "2025-11-21T12:00"}, {"starts_at"}),
        ({"camera": "infrared"}, {"camera"}),
        ({"duration": "0"}, {"duration"}),
        ({"lobby": "-1"}, {"lobby"}),
    ],
)
def test_times_and_rules_are_checked(changes: dict[str, str], at_fault: set[str]) -> None:
    with time_machine.travel("2026-11-20T10:00:00Z"):
        errors = set(form_of(**changes).errors) - {"exam_id"}  # none is offered in this test
    assert errors == at_fault


def test_the_allowance_of_a_late_candidate() -> None:
    kim = UserCard(id=7, name="Kim", initials="K", locale="en", time_zone="UTC")
    form = CandidateForm(
        {"student_id": "7", "room": "Hall", "seat": "B2", "extra_percent": "25"}, students=[kim]
    )
    assert form.is_valid()
    allowance = form.allowance()
    assert (allowance.room, allowance.seat, allowance.extra_percent) == ("Hall", "B2", 25)
    assert allowance.extra_time == timedelta()
    assert not CandidateForm({"student_id": "8", "extra_percent": "0"}, students=[kim]).is_valid()


@pytest.mark.parametrize(
    ("points", "fine"),
    [("0", True), ("2.5", True), ("7.5", True), ("-1", False), ("", False), ("7.51", False)],
)
def test_points_are_a_number_from_zero_to_what_the_question_carries(
    points: str, *, fine: bool
) -> None:
    assert MarkForm({"points": points}, possible=Decimal("7.5")).is_valid() is fine


def test_too_many_points_are_refused_with_what_there_is() -> None:
    form = MarkForm({"points": "9"}, possible=Decimal("4.00"))
    assert form.errors["points"] == ["At most 4 for this question."]


@pytest.mark.parametrize("typed", ["۷٫۵", "7,5", "۷,۵"])
def test_points_are_taken_as_people_write_them(typed: str) -> None:
    form = MarkForm({"points": typed, "comment": ""}, possible=Decimal(8))
    assert form.is_valid()
    assert form.cleaned_data["points"] == Decimal("7.5")


@pytest.mark.parametrize("typed", ["۷٫x", "1,000,5", "1,000.5"])
def test_what_is_no_number_is_no_points(typed: str) -> None:
    assert not MarkForm({"points": typed}, possible=Decimal(8)).is_valid()
