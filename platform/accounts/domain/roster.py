"""A class list against the people there are: what an import would do, with an error per row (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from accounts.domain.phone import to_e164
from accounts.domain.sheet import SheetRow
from accounts.domain.words import clean_code, clean_email
from accounts.roles import Role

EMAIL_LIMIT: Final = 254
NAME_LIMIT: Final = 200
CODE_LIMIT: Final = 40
ROLE_WORDS: Final[Mapping[str, Role]] = {
    **{role.value: role for role in Role},
    **{role.value.replace("_", " "): role for role in Role},
    "chief": Role.CHIEF_INVIGILATOR,
    "teacher": Role.AUTHOR,
    "دانشجو": Role.STUDENT,
    "دانش\u200cآموز": Role.STUDENT,
    "دانش آموز": Role.STUDENT,
    "مراقب": Role.INVIGILATOR,
    "سرمراقب": Role.CHIEF_INVIGILATOR,
    "طراح": Role.AUTHOR,
    "مصحح": Role.GRADER,
    "مدیر": Role.ADMIN,
    "ناظر": Role.AUDITOR,
}
LOCALE_WORDS: Final = {
    "en": "en",
    "english": "en",
    "fa": "fa",
    "persian": "fa",
    "farsi": "fa",
    "فارسی": "fa",
}


class Fault(StrEnum):
    """What can be wrong with a row."""

    NAME_MISSING = "name_missing"
    TOO_LONG = "too_long"
    NO_WAY_IN = "no_way_in"
    EMAIL_INVALID = "email_invalid"
    NUMBER_INVALID = "number_invalid"
    PHONE_INVALID = "phone_invalid"
    ROLE_UNKNOWN = "role_unknown"
    LOCALE_UNKNOWN = "locale_unknown"
    ZONE_UNKNOWN = "zone_unknown"
    CLASS_MISSING = "class_missing"
    CLASS_UNKNOWN = "class_unknown"
    CLASS_CLOSED = "class_closed"
    DUPLICATE = "duplicate"
    CONTRADICTS = "contradicts"
    TWO_PEOPLE = "two_people"
    ELSEWHERE = "elsewhere"
    SURPLUS = "surplus"


class Outcome(StrEnum):
    """What an import does with a row."""

    NEW = "new"
    CHANGED = "changed"
    JOINS = "joins"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong with a row.

    Attributes:
        fault: What.
        column: Field of domain/sheet.py it is about.
        value: What is there, or the line it clashes with.
    """

    fault: Fault
    column: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row in our terms; empty text means that the file does not say."""

    line: int
    full_name: str
    registration_number: str
    email: str
    phone: str
    class_code: str
    role: Role
    locale: str
    time_zone: str

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what names the person: two entries with a common key are one person."""
        number = f"n:{self.registration_number.lower()}" if self.registration_number else ""
        email = f"e:{self.email}" if self.email else ""
        return tuple(key for key in (number, email) if key)


@dataclass(frozen=True, slots=True)
class Known:
    """A person the institution, or with the same address another one, has."""

    id: int
    is_own: bool
    full_name: str
    registration_number: str
    email: str
    phone: str
    memberships: frozenset[tuple[str, str]]  # (role, class code in lower case or "")


@dataclass(frozen=True, slots=True)
class Step:
    """What the import does with one row.

    Attributes:
        entry: The row.
        outcome: What happens.
        person_id: Who it is; None for a new person.
        changes: Fields the file changes, to their new value.
        before: The same fields as they are stored now.
        joins: Whether the person comes into the row's class by it.
        faults: Why it is refused.
        first_line: Line of the first row about the same new person; its own for most.
    """

    entry: Entry
    outcome: Outcome
    person_id: int | None = None
    changes: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    joins: bool = False
    faults: tuple[RowFault, ...] = ()
    first_line: int = 0

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """Return each changed field with what is stored and what the file says."""
        return [(name, self.before.get(name, ""), text) for name, text in self.changes.items()]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the import of a whole file would do.

    Attributes:
        steps: In the order of the file.
        new_classes: Codes of classes that would be created, as written first.
    """

    steps: tuple[Step, ...]
    new_classes: tuple[str, ...]

    @property
    def refused(self) -> int:
        """Return how many rows are wrong; the import needs none."""
        return self.count(Outcome.REFUSED)

    def count(self, outcome: Outcome) -> int:
        """Return how many rows have this outcome."""
        return sum(step.outcome is outcome for step in self.steps)


def plan_import(
    rows: Iterable[SheetRow],
    *,
    known: Iterable[Known],
    class_codes: Iterable[str],
    closed_codes: Iterable[str] = (),
    region: str,
    zones: frozenset[str],
    creates_classes: bool,
) -> Plan:
    """Return what importing the rows would do, without doing it.

    Args:
        rows: As read from the file.
        known: People of the institution, and of others with an address in the file.
        class_codes: Active classes of the institution.
        closed_codes: Its classes that are not active any more.
        region: Country of phone numbers without a country code.
        zones: Names of time zones that exist.
        creates_classes: Whether an unknown class is created instead of being an error.
    """
    people = {key: person for person in known for key in _keys_of(person)}
    classes: dict[str, Fault | None] = {code.lower(): Fault.CLASS_CLOSED for code in closed_codes}
    classes |= dict.fromkeys((code.lower() for code in class_codes), None)
    new_classes: dict[str, str] = {}
    seen: dict[str, Entry] = {}
    places: dict[tuple[str, str, str], int] = {}
    steps: list[Step] = []
    for row in rows:
        entry, faults = _entry(row, region=region, zones=zones)
        faults += _class_faults(entry, classes, new_classes, creates=creates_classes)
        faults += _clashes(entry, seen, places)
        first = next((seen[key] for key in entry.keys if key in seen), entry)
        steps.append(_step(entry, faults, people, first))
        for key in entry.keys:
            seen.setdefault(key, first)
            places.setdefault(_place(key, entry), entry.line)
    return Plan(steps=tuple(steps), new_classes=tuple(new_classes.values()))


def _keys_of(person: Known) -> list[str]:
    keys = [f"e:{person.email.lower()}"] if person.email else []
    if person.is_own and person.registration_number:
        keys.append(f"n:{person.registration_number.lower()}")
    return keys


def _entry(row: SheetRow, *, region: str, zones: frozenset[str]) -> tuple[Entry, list[RowFault]]:
    cells = row.cells
    name = (
        cells.get("full_name")
        or f"{cells.get('first_name', '')} {cells.get('last_name', '')}".strip()
    )
    phone, role, locale = cells.get("phone", ""), cells.get("role", ""), cells.get("locale", "")
    entry = Entry(
        line=row.line,
        full_name=name,
        registration_number=clean_code(cells.get("registration_number", "")),
        email=clean_email(cells.get("email", "")),
        phone=(to_e164(phone, region) or "") if phone else "",
        class_code=clean_code(cells.get("class_code", "")),
        role=ROLE_WORDS.get(role.casefold(), Role.STUDENT) if role else Role.STUDENT,
        locale=LOCALE_WORDS.get(locale.casefold(), ""),
        time_zone=cells.get("time_zone", ""),
    )
    return entry, _cell_faults(entry, row, zones)


def _cell_faults(entry: Entry, row: SheetRow, zones: frozenset[str]) -> list[RowFault]:
    name, number, email = entry.full_name, entry.registration_number, entry.email
    phone, role, locale = (row.cells.get(column, "") for column in ("phone", "role", "locale"))
    zone = entry.time_zone
    checks = [
        (not name, Fault.NAME_MISSING, "full_name", ""),
        (len(name) > NAME_LIMIT, Fault.TOO_LONG, "full_name", ""),
        (not entry.keys, Fault.NO_WAY_IN, "registration_number", ""),
        (bool(email) and not _is_email(email), Fault.EMAIL_INVALID, "email", email),
        (not _is_number(number), Fault.NUMBER_INVALID, "registration_number", number),
        (bool(phone) and not entry.phone, Fault.PHONE_INVALID, "phone", phone),
        (bool(role) and role.casefold() not in ROLE_WORDS, Fault.ROLE_UNKNOWN, "role", role),
        (bool(locale) and not entry.locale, Fault.LOCALE_UNKNOWN, "locale", locale),
        (bool(zone) and zone not in zones, Fault.ZONE_UNKNOWN, "time_zone", zone),
        (row.surplus > 0, Fault.SURPLUS, "full_name", ""),
    ]
    return [RowFault(fault, column, value) for wrong, fault, column, value in checks if wrong]


def _is_email(text: str) -> bool:
    local, at, host = text.partition("@")
    whole = len(text) <= EMAIL_LIMIT and not any(
        char.isspace() or char in ',;<>()[]"\\' for char in text
    )
    labels = host.split(".")
    return bool(at and local and whole and "@" not in host and len(labels) > 1 and all(labels))


def _is_number(text: str) -> bool:
    fits = len(text) <= CODE_LIMIT and "@" not in text
    return fits and all(char.isalnum() or char in " ./_-" for char in text)


def _class_faults(
    entry: Entry,
    classes: Mapping[str, Fault | None],
    new_classes: dict[str, str],
    *,
    creates: bool,
) -> list[RowFault]:
    code = entry.class_code
    if not code:
        is_student = entry.role is Role.STUDENT
        return [RowFault(Fault.CLASS_MISSING, "class_code")] if is_student else []
    if len(code) > CODE_LIMIT:
        return [RowFault(Fault.TOO_LONG, "class_code", code[:CODE_LIMIT])]
    if code.lower() in classes:
        fault = classes[code.lower()]
        return [RowFault(fault, "class_code", code)] if fault else []
    if not creates:
        return [RowFault(Fault.CLASS_UNKNOWN, "class_code", code)]
    new_classes.setdefault(code.lower(), code)
    return []


def _place(key: str, entry: Entry) -> tuple[str, str, str]:
    return key, entry.role.value, entry.class_code.lower()


def _clashes(
    entry: Entry, seen: Mapping[str, Entry], places: Mapping[tuple[str, str, str], int]
) -> list[RowFault]:
    """Find earlier rows about the same person that say the same, or something else."""
    for key in entry.keys:
        earlier = seen.get(key)
        if earlier is not None and not _agree(entry, earlier):
            return [RowFault(Fault.CONTRADICTS, "full_name", str(earlier.line))]
        if _place(key, entry) in places:
            return [RowFault(Fault.DUPLICATE, "full_name", str(places[_place(key, entry)]))]
    return []


def _agree(one: Entry, other: Entry) -> bool:
    mine = (one.full_name, one.registration_number.lower(), one.email, one.phone)
    theirs = (other.full_name, other.registration_number.lower(), other.email, other.phone)
    return mine == theirs


def _step(entry: Entry, faults: list[RowFault], people: Mapping[str, Known], first: Entry) -> Step:
    found = {people[key].id: people[key] for key in entry.keys if key in people}
    if len(found) > 1:
        faults = [*faults, RowFault(Fault.TWO_PEOPLE, "email", entry.email)]
    person = next(iter(found.values()), None)
    if person is not None and not person.is_own:
        faults = [*faults, RowFault(Fault.ELSEWHERE, "email", entry.email)]
    if faults:
        return Step(entry, Outcome.REFUSED, faults=tuple(faults), first_line=first.line)
    if person is None:
        joins = bool(entry.class_code)
        return Step(entry, Outcome.NEW, first_line=first.line, joins=joins)
    changes = _changes(entry, person)
    joins = (entry.role.value, entry.class_code.lower()) not in person.memberships
    outcome = Outcome.CHANGED if changes else Outcome.JOINS if joins else Outcome.SAME
    return Step(
        entry,
        outcome,
        person_id=person.id,
        changes=changes,
        before={name: getattr(person, name) for name in changes},
        first_line=first.line,
        joins=joins and bool(entry.class_code),
    )


def _changes(entry: Entry, person: Known) -> dict[str, str]:
    """Return what the file says differently; what it leaves empty stays as it is."""
    wanted = {
        "full_name": entry.full_name,
        "registration_number": entry.registration_number,
        "email": entry.email,
        "phone": entry.phone,
    }
    return {name: text for name, text in wanted.items() if text and text != getattr(person, name)}
