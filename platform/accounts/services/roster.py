"""Class lists: upload, preview, and an import that happens wholly or not at all."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.domain.roster import Known, Plan, plan_import
from accounts.domain.sheet import SheetRow, Unreadable, read
from accounts.domain.words import clean_code, clean_email
from accounts.errors import RosterChanged, RosterHasErrors, RosterUnknown, RosterUnreadable
from accounts.models import ClassGroup, Institution, Membership, RosterDraft, User
from accounts.services.roster_rows import Imported, Source, write_plan
from kernel import audit, clock

MAX_BYTES: Final = 4 * 1024 * 1024
DRAFT_LIFE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do now.

    Attributes:
        draft_id: The uploaded file.
        file_name: As uploaded.
        creates_classes: Whether unknown classes are created.
        gives_passwords: Whether new people get a first password.
        region: Country of phone numbers without a country code.
        plan: Row by row.
        digest: Names this very plan; the import is refused when another one came of it.
    """

    draft_id: UUID
    file_name: str
    creates_classes: bool
    gives_passwords: bool
    region: str
    plan: Plan
    digest: str


@transaction.atomic
def upload_roster(
    *, institution_id: int, actor_id: int, file_name: str, raw: bytes, region: str
) -> UUID:
    """Keep an uploaded class list for its preview; drafts older than a day are deleted.

    Raises:
        RosterUnreadable: The file is no class list; `reason` and `about` say why.
    """
    if len(raw) > MAX_BYTES:
        raise RosterUnreadable(reason="too_large", about=str(MAX_BYTES // 1024 // 1024))
    try:
        rows = read(raw)
    except Unreadable as error:
        raise RosterUnreadable(reason=error.reason, about=error.detail) from None
    RosterDraft.objects.filter(created_at__lt=clock.now() - DRAFT_LIFE).delete()
    draft = RosterDraft.objects.create(
        institution_id=institution_id,
        uploaded_by_id=actor_id,
        file_name=file_name[-200:],
        sha256=hashlib.sha256(raw).hexdigest(),
        rows=[asdict(row) for row in rows],
        region=region,
    )
    return draft.pk


def change_options(
    *, draft_id: UUID, institution_id: int, creates_classes: bool, gives_passwords: bool
) -> None:
    """Set how a draft is to be imported.

    Raises:
        RosterUnknown: No open draft of this institution.
    """
    changed = RosterDraft.objects.filter(
        pk=draft_id, institution_id=institution_id, imported_at__isnull=True
    ).update(creates_classes=creates_classes, gives_passwords=gives_passwords)
    if not changed:
        raise RosterUnknown


def preview_roster(*, draft_id: UUID, institution_id: int) -> Preview:
    """Return what importing a draft would do now; nothing is written.

    Raises:
        RosterUnknown: No open draft of this institution.
    """
    draft = RosterDraft.objects.filter(
        pk=draft_id, institution_id=institution_id, imported_at__isnull=True
    ).first()
    if draft is None:
        raise RosterUnknown
    return _preview(draft)


def _preview(draft: RosterDraft) -> Preview:
    rows = [SheetRow(**row) for row in draft.rows]
    classes = ClassGroup.objects.filter(institution_id=draft.institution_id)
    plan = plan_import(
        rows,
        known=_known(rows, draft.institution_id),
        class_codes=classes.filter(is_active=True).values_list("code", flat=True),
        closed_codes=classes.filter(is_active=False).values_list("code", flat=True),
        region=draft.region,
        zones=frozenset(available_timezones()),
        creates_classes=draft.creates_classes,
    )
    return Preview(
        draft_id=draft.pk,
        file_name=draft.file_name,
        creates_classes=draft.creates_classes,
        gives_passwords=draft.gives_passwords,
        region=draft.region,
        plan=plan,
        digest=_digest(plan, draft),
    )


def _digest(plan: Plan, draft: RosterDraft) -> str:
    facts = [
        [step.entry.line, step.outcome, step.person_id, sorted(step.changes.items())]
        for step in plan.steps
    ]
    options = [draft.sha256, draft.creates_classes, draft.gives_passwords, draft.region]
    return hashlib.sha256(json.dumps([facts, options, plan.new_classes]).encode()).hexdigest()


def _known(rows: Iterable[SheetRow], institution_id: int) -> list[Known]:
    """Return everybody a row may be about. Two queries, whatever the size of the file."""
    emails = {clean_email(row.cells.get("email", "")) for row in rows} - {""}
    numbers = {clean_code(row.cells.get("registration_number", "")).lower() for row in rows} - {""}
    people = User.objects.annotate(
        low_email=Lower("email"), low_number=Lower("registration_number")
    )
    found = people.filter(
        Q(low_email__in=emails) | Q(institution_id=institution_id, low_number__in=numbers)
    )
    roles: dict[int, set[tuple[str, str]]] = {}
    memberships = Membership.objects.filter(
        institution_id=institution_id, user__in=found.values("pk")
    )
    for user_id, role, code in memberships.values_list("user_id", "role", "class_group__code"):
        roles.setdefault(user_id, set()).add((role, (code or "").lower()))
    return [
        Known(
            id=user.pk,
            is_own=user.institution_id == institution_id,
            full_name=user.full_name,
            registration_number=user.registration_number,
            email=user.email,
            phone=user.phone,
            memberships=frozenset(roles.get(user.pk, set())),
        )
        for user in found
    ]


@transaction.atomic
def import_roster(*, draft_id: UUID, institution_id: int, actor_id: int, digest: str) -> Imported:
    """Import a draft exactly as previewed: every row, or none.

    Args:
        draft_id: The uploaded file.
        institution_id: Where to.
        actor_id: Who does it.
        digest: Of the preview the person saw.

    Raises:
        RosterUnknown: No open draft of this institution.
        RosterHasErrors: At least one row is wrong.
        RosterChanged: The people or the options are not those of the preview any more.
    """
    # Serialises imports of one institution: two at once would each see the other's people missing.
    Institution.objects.select_for_update().get(pk=institution_id)
    draft = (
        RosterDraft.objects.select_for_update()
        .filter(pk=draft_id, institution_id=institution_id, imported_at__isnull=True)
        .first()
    )
    if draft is None:
        raise RosterUnknown
    preview = _preview(draft)
    if preview.digest != digest:
        raise RosterChanged
    if preview.plan.refused:
        raise RosterHasErrors(rows=preview.plan.refused)
    try:
        with transaction.atomic():
            source = Source(institution_id, actor_id, draft.sha256)
            imported = write_plan(preview.plan, source, gives_passwords=preview.gives_passwords)
    except IntegrityError:  # somebody was created by hand between our read and our write
        raise RosterChanged from None
    _close(draft, imported, actor_id)
    return imported


def _close(draft: RosterDraft, imported: Imported, actor_id: int) -> None:
    draft.imported_at = clock.now()
    draft.rows = []
    draft.save(update_fields=["imported_at", "rows"])
    audit.append(
        "roster.imported",
        actor_id=actor_id,
        subject=f"institution:{draft.institution_id}",
        data={
            "sha256": draft.sha256,
            "created": imported.created,
            "changed": imported.changed,
            "joined": imported.joined,
            "classes": imported.classes,
        },
        institution_id=draft.institution_id,
    )
