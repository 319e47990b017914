"""What the import of a class list writes: people, their roles, and an audit line where it counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.domain.roster import Entry, Outcome, Plan, Step
from accounts.models import ClassGroup, Membership, User
from accounts.roles import STAFF_ROLES, Role
from accounts.services.passwords import hash_first_password, new_password
from kernel import audit

BATCH: Final = 500
SIGN_IN: Final = frozenset({"email", "registration_number"})  # what people sign in with


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """What a new person is told on paper; it is shown once and stored nowhere."""

    full_name: str
    login: str
    class_code: str
    password: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        joined: Places in classes that were given, to new people and to others.
    """

    created: int
    changed: int
    joined: int
    classes: int
    passwords: tuple[FirstPassword, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where to, by whom and from which file."""

    institution_id: int
    actor_id: int
    sha256: str

    def record(self, action: str, user_id: int, **facts: object) -> None:
        """Append an audit line about one person to the institution's chain."""
        audit.append(
            action,
            actor_id=self.actor_id,
            subject=f"user:{user_id}",
            data={**facts, "sha256": self.sha256},
            institution_id=self.institution_id,
        )


@dataclass(frozen=True, slots=True)
class _Seat:
    """A role of a person, in a class or in the whole institution."""

    user_id: int
    class_id: int | None
    role: Role


def write_plan(plan: Plan, source: Source, *, gives_passwords: bool) -> Imported:
    """Write what a plan without refused rows says.

    The audit trail names everybody who is given a role of staff or another way to sign in; the
    rest of the file is counted.

    Needs: a transaction that holds the institution's row, and a plan made in it.
    """
    institution_id = source.institution_id
    ClassGroup.objects.bulk_create(
        ClassGroup(institution_id=institution_id, code=code, name=code) for code in plan.new_classes
    )
    passwords = _create_people(plan, institution_id, gives_passwords=gives_passwords)
    changed = sum(_change_person(step) for step in plan.steps)
    _record_identities(plan, source)
    _create_memberships(plan, source)
    return Imported(
        created=len(_new_people(plan)),
        changed=changed,
        joined=sum(step.joins for step in plan.steps),
        classes=len(plan.new_classes),
        passwords=passwords,
    )


def _new_people(plan: Plan) -> list[Entry]:
    """Return the first row of each new person; later rows only add classes."""
    new = [step for step in plan.steps if step.outcome is Outcome.NEW]
    return [step.entry for step in new if step.entry.line == step.first_line]


def _create_people(
    plan: Plan, institution_id: int, *, gives_passwords: bool
) -> tuple[FirstPassword, ...]:
    users: list[User] = []
    sheet: list[FirstPassword] = []
    for entry in _new_people(plan):
        user = User(
            institution_id=institution_id,
            full_name=entry.full_name,
            registration_number=entry.registration_number,
            email=entry.email,
            phone=entry.phone,
            locale=entry.locale,
            time_zone=entry.time_zone,
        )
        user.set_unusable_password()
        if gives_passwords:
            password = new_password()
            user.password = hash_first_password(password)
            login = entry.registration_number or entry.email
            sheet.append(FirstPassword(entry.full_name, login, entry.class_code, password))
        users.append(user)
    User.objects.bulk_create(users, batch_size=BATCH)
    return tuple(sheet)


def _change_person(step: Step) -> bool:
    if not step.changes or step.person_id is None:
        return False
    changes: dict[str, str | None] = dict(step.changes)
    if "phone" in changes:
        changes["phone_verified_at"] = None
    User.objects.filter(pk=step.person_id).update(**changes)
    return True


def _record_identities(plan: Plan, source: Source) -> None:
    """Append one line per person, however many rows the person has."""
    identities = {step.person_id: sorted(SIGN_IN.intersection(step.changes)) for step in plan.steps}
    for user_id, fields in identities.items():
        if user_id is not None and fields:
            source.record("person.changed", user_id, fields=fields)


def _create_memberships(plan: Plan, source: Source) -> None:
    groups = ClassGroup.objects.filter(institution_id=source.institution_id, is_active=True)
    classes: dict[str, int | None] = {group.code.lower(): group.pk for group in groups}
    classes[""] = None
    people = _ids_of(plan, source.institution_id)
    wanted = {
        _Seat(
            people[step.entry.keys[0]],
            classes[step.entry.class_code.lower()],
            Role(step.entry.role),
        ): None
        for step in plan.steps
    }
    granted = _missing_staff(wanted, source.institution_id)
    Membership.objects.bulk_create(
        (
            Membership(
                user_id=seat.user_id,
                institution_id=source.institution_id,
                class_group_id=seat.class_id,
                role=seat.role,
            )
            for seat in wanted
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    for seat in granted:
        source.record(
            "role.granted", seat.user_id, **{"role": seat.role.value, "class": seat.class_id}
        )


def _missing_staff(wanted: Iterable[_Seat], institution_id: int) -> list[_Seat]:
    """Return the roles of staff that nobody has given yet; students are counted, not named."""
    staff = [seat for seat in wanted if seat.role in STAFF_ROLES]
    rows = Membership.objects.filter(
        institution_id=institution_id, user__in={seat.user_id for seat in staff}
    ).values_list("user_id", "class_group_id", "role")
    given = {_Seat(user_id, class_id, Role(role)) for user_id, class_id, role in rows}
    return [seat for seat in staff if seat not in given]


def _ids_of(plan: Plan, institution_id: int) -> dict[str, int]:
    wanted = {step.entry.keys[0] for step in plan.steps}
    numbers = [key[2:].lower() for key in wanted if key.startswith("n:")]
    emails = [key[2:].lower() for key in wanted if key.startswith("e:")]
    people = User.objects.annotate(
        low_email=Lower("email"), low_number=Lower("registration_number")
    )
    found = people.filter(
        Q(low_email__in=emails) | Q(low_number__in=numbers), institution_id=institution_id
    )
    ids: dict[str, int] = {}
    for user in found:
        ids[f"n:{user.registration_number.lower()}"] = user.pk
        ids[f"e:{user.email.lower()}"] = user.pk
    return ids
