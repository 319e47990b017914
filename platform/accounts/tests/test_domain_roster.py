"""The plan of an import: what each row would do, and every way a row can be wrong."""

import pytest
from hypothesis import given, strategies as st

from accounts.domain.roster import Fault, Known, Outcome, Plan, Step, plan_import
from accounts.domain.sheet import SheetRow
from accounts.roles import Role

ZONES = frozenset({"Europe/Berlin", "Asia/Tehran"})
ANA = Known(1, True, "Ana Moreno", "2001", "ana@x.org", "", frozenset({("student", "la1")}))
BEN = Known(2, True, "Ben Roth", "2002", "ben@x.org", "", frozenset())
OLGA = Known(3, False, "Olga", "2001", "olga@y.org", "", frozenset())


def row(line: int = 2, **cells: str) -> SheetRow:
    return SheetRow(
        line, {"full_name": "Cleo Day", "registration_number": "9", "class_code": "LA1"} | cells
    )


def plan(*rows: SheetRow, creates_classes: bool = False) -> Plan:
    return plan_import(
        rows,
        known=[ANA, BEN, OLGA],
        class_codes=["LA1", "PH2"],
        closed_codes=["OLD"],
        region="GB",
        zones=ZONES,
        creates_classes=creates_classes,
    )


def one(**cells: str) -> Step:
    return plan(row(2, **cells)).steps[0]


def faults_of(step: Step) -> list[Fault]:
    return [each.fault for each in step.faults]


def test_an_unknown_person_is_new() -> None:
    step = one(phone="07911 123456", email="Cleo@X.org", role="Invigilator", locale="Persian")
    assert (step.outcome, step.person_id, step.faults) == (Outcome.NEW, None, ())
    assert (step.entry.email, step.entry.phone) == ("cleo@x.org", "+447911123456")
    assert (step.entry.role, step.entry.locale) == (Role.INVIGILATOR, "fa")


def test_a_known_person_is_found_by_number_or_address() -> None:
    by_number = one(full_name="Ana Moreno", registration_number="۲۰۰۱")
    by_address = one(full_name="Ana Moreno", registration_number="", email="ANA@x.org")
    assert (by_number.person_id, by_number.outcome) == (1, Outcome.SAME)
    assert (by_address.person_id, by_address.outcome) == (1, Outcome.SAME)


def test_a_known_person_joins_another_class() -> None:
    assert one(full_name="Ben Roth", registration_number="2002").outcome is Outcome.JOINS


def test_what_the_file_says_differently_is_changed_and_what_it_leaves_empty_stays() -> None:
    step = one(full_name="Ana M.", registration_number="2001", email="")
    assert (step.outcome, dict(step.changes)) == (Outcome.CHANGED, {"full_name": "Ana M."})
    assert step.differences == [("full_name", "Ana Moreno", "Ana M.")]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"full_name": ""}, Fault.NAME_MISSING),
        ({"full_name": "x" * 201}, Fault.TOO_LONG),
        ({"registration_number": ""}, Fault.NO_WAY_IN),
        ({"email": "not an address"}, Fault.EMAIL_INVALID),
        ({"email": "a@b"}, Fault.EMAIL_INVALID),
        ({"email": "a@b@c.de"}, Fault.EMAIL_INVALID),
        ({"email": "a@b..de"}, Fault.EMAIL_INVALID),
        ({"registration_number": "20#1"}, Fault.NUMBER_INVALID),
        ({"registration_number": "9" * 41}, Fault.NUMBER_INVALID),
        ({"phone": "12"}, Fault.PHONE_INVALID),
        ({"role": "king"}, Fault.ROLE_UNKNOWN),
        ({"locale": "Klingon"}, Fault.LOCALE_UNKNOWN),
        ({"time_zone": "Mars/Base"}, Fault.ZONE_UNKNOWN),
        ({"class_code": ""}, Fault.CLASS_MISSING),
        ({"class_code": "XY9"}, Fault.CLASS_UNKNOWN),
        ({"class_code": "old"}, Fault.CLASS_CLOSED),
        ({"class_code": "c" * 41}, Fault.TOO_LONG),
        ({"email": "olga@y.org"}, Fault.ELSEWHERE),
        ({"registration_number": "2001", "email": "ben@x.org"}, Fault.TWO_PEOPLE),
    ],
)
def test_every_fault_of_a_row_is_found(cells: dict[str, str], fault: Fault) -> None:
    step = one(**cells)
    assert step.outcome is Outcome.REFUSED
    assert faults_of(step) == [fault]


def test_several_faults_are_all_told() -> None:
    assert faults_of(one(full_name="", phone="12", class_code="XY9")) == [
        Fault.NAME_MISSING,
        Fault.PHONE_INVALID,
        Fault.CLASS_UNKNOWN,
    ]


def test_a_broken_row_is_told_by_its_surplus_cells() -> None:
    broken = SheetRow(2, row().cells, surplus=1)
    assert faults_of(plan(broken).steps[0]) == [Fault.SURPLUS]


def test_the_number_of_another_institution_is_free_here() -> None:
    assert one(registration_number="2001", full_name="Ana Moreno").person_id == ANA.id


def test_unknown_classes_are_created_once_and_only_when_wanted() -> None:
    made = plan(
        row(2, class_code="New"),
        row(3, registration_number="10", class_code="NEW"),
        creates_classes=True,
    )
    assert made.new_classes == ("New",)
    assert made.refused == 0


def test_the_same_row_twice_is_a_duplicate_of_the_first_line() -> None:
    steps = plan(row(2), row(3), row(4, class_code="PH2"), row(5, class_code="ph2")).steps
    assert [step.outcome for step in steps] == [
        Outcome.NEW,
        Outcome.REFUSED,
        Outcome.NEW,
        Outcome.REFUSED,
    ]
    assert [step.faults[0].value for step in steps if step.faults] == ["2", "4"]
    assert steps[2].first_line == 2


def test_two_rows_that_contradict_each_other_are_refused() -> None:
    steps = plan(row(2), row(3, full_name="Somebody Else", class_code="PH2")).steps
    assert faults_of(steps[1]) == [Fault.CONTRADICTS]
    assert steps[1].faults[0].value == "2"


def test_staff_needs_no_class() -> None:
    assert one(role="admin", class_code="").outcome is Outcome.NEW


CELL = st.text(max_size=12)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "full_name": CELL,
                "registration_number": st.sampled_from(["", "1", "2", "2001", "۲", "x#"]),
                "email": st.sampled_from(["", "a@b.de", "A@B.de", "ana@x.org", "olga@y.org", "no"]),
                "phone": st.sampled_from(["", "07911 123456", "1"]),
                "class_code": st.sampled_from(["", "LA1", "la1", "PH2", "NEW", "OLD"]),
                "role": st.sampled_from(["", "student", "grader", "?"]),
            }
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_every_row_gets_one_outcome_and_accepted_rows_fit_together(
    cells: list[dict[str, str]],
    creates: bool,  # noqa: FBT001 given by hypothesis
) -> None:
    rows = [SheetRow(line, each) for line, each in enumerate(cells, start=2)]
    made = plan(*rows, creates_classes=creates)
    assert [step.entry.line for step in made.steps] == [each.line for each in rows]
    for step in made.steps:
        assert bool(step.faults) is (step.outcome is Outcome.REFUSED)
    accepted = [step for step in made.steps if not step.faults]
    places = [
        (step.entry.keys[0], step.entry.role, step.entry.class_code.lower()) for step in accepted
    ]
    assert len(places) == len(set(places))
    by_key: dict[str, set[tuple[str, str]]] = {}
    for step in accepted:
        for key in step.entry.keys:
            by_key.setdefault(key, set()).add((step.entry.full_name, step.entry.email))
    assert all(len(said) == 1 for said in by_key.values())
