"""Changing and closing institutions; people.create_institution makes them."""

from django.db import transaction
from django.db.models import F, Q

from accounts.domain.words import clean_code, clean_text
from accounts.errors import InstitutionUnknown
from accounts.models import Institution, User
from kernel import audit
from realtime import publish


@transaction.atomic
def change_institution(
    *,
    institution_id: int,
    code: str,
    name: str,
    time_zone: str,
    locale: str,
    is_active: bool,
    actor_id: int,
) -> None:
    """Change what is kept of an institution, close it or open it again.

    Who closes it ends the sessions of its people and the sockets of everybody with a role there.

    Raises:
        InstitutionUnknown: There is none.
    """
    row = Institution.objects.select_for_update().filter(pk=institution_id).first()
    if row is None:
        raise InstitutionUnknown
    is_closing = row.is_active and not is_active
    row.code, row.name = clean_code(code).lower(), clean_text(name)
    row.time_zone, row.locale, row.is_active = time_zone, locale, is_active
    row.save(update_fields=["code", "name", "time_zone", "locale", "is_active"])
    audit.append(
        "institution.closed" if is_closing else "institution.changed",
        actor_id=actor_id,
        subject=f"institution:{row.pk}",
        data={"code": row.code, "is_active": is_active},
        institution_id=row.pk,
    )
    if is_closing:
        _end_sessions(row.pk)


def _end_sessions(institution_id: int) -> None:
    own = User.objects.filter(institution_id=institution_id)
    own.update(session_epoch=F("session_epoch") + 1)
    here = Q(institution_id=institution_id) | Q(memberships__institution_id=institution_id)
    for user_id in User.objects.filter(here).distinct().values_list("pk", flat=True):
        publish.close_user_sockets(user_id)
