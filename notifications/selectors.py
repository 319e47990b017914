"""Reads of notices: who an audience is, the calendar, one notice, its delivery board."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Final

from django.conf import settings
from django.db.models import Case, Count, QuerySet, When

from accounts import selectors as people
from accounts.roles import Role
from accounts.selectors import Contact, UserCard
from exams.selectors import sittings
from notifications.domain.delivery import DeliveryState
from notifications.domain.notice import Audience, AudienceKind, NoticeState
from notifications.errors import NoticeUnknown
from notifications.models import Delivery, Notice, OptOut

BOARD_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """One notice in lists and on its page.

    Attributes:
        counts: Recipients by delivery state; empty before its time.
    """

    id: int
    institution_id: int
    title: str
    state: NoticeState
    audience: Audience
    audience_name: str
    text_en: str
    text_fa: str
    send_at: datetime | None
    lead: timedelta | None
    wakes: bool
    expires_at: datetime | None
    created_by_id: int
    scheduled_at: datetime | None
    expanded_at: datetime | None
    finished_at: datetime | None
    counts: Mapping[DeliveryState, int]

    @property
    def total(self) -> int:
        """How many people it is or was for; 0 before its time."""
        return sum(self.counts.values())

    def count_of(self, *states: DeliveryState) -> int:
        """How many recipients are in any of these states."""
        return sum(self.counts.get(state, 0) for state in states)


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One line of the delivery board."""

    name: str
    phone: str
    state: DeliveryState
    reason: str
    body: str
    locale: str
    segments: int
    attempt: int
    error_code: str
    error_detail: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AudiencePreview:
    """Who a notice would reach if it were sent now.

    Attributes:
        lacking: People without a verified number.
        opted_out: People whose number asked for no more messages.
        by_language: Reachable people by the language they will read.
    """

    total: int
    reachable: tuple[Contact, ...]
    lacking: tuple[UserCard, ...]
    opted_out: tuple[UserCard, ...]
    by_language: Mapping[str, int]


def notice_card(notice_id: int) -> NoticeCard:
    """Return one notice.

    Raises:
        NoticeUnknown: There is none.
    """
    row = _rows().filter(pk=notice_id).first()
    if row is None:
        raise NoticeUnknown
    return _card(row, _counts([notice_id]).get(notice_id, {}))


def notices_between(institution_id: int, start: datetime, end: datetime) -> list[NoticeCard]:
    """Return the institution's notices with a time in [start, end), by time. Two queries."""
    rows = list(
        _rows()
        .filter(institution_id=institution_id, send_at__gte=start, send_at__lt=end)
        .order_by("send_at", "pk")
    )
    return _cards(rows)


def notices_in(institution_id: int, states: Iterable[NoticeState], limit: int) -> list[NoticeCard]:
    """Return the newest notices of the institution in these states. Two queries."""
    rows = _rows().filter(institution_id=institution_id, state__in=list(states))
    return _cards(list(rows.order_by("-created_at", "-pk")[:limit]))


def delivery_rows(notice_id: int, *, page: int = 1) -> list[DeliveryRow]:
    """Return one page of the delivery board: what needs a look first, then by name.

    Args:
        notice_id: The notice.
        page: From 1; each holds BOARD_ROWS rows.

    Two queries, and never more than a page of rows: every viewer asks every three seconds.
    """
    ranks = [When(state=state, then=rank) for rank, state in enumerate(_BOARD_ORDER)]
    ordered = Delivery.objects.filter(notice_id=notice_id).order_by(
        Case(*ranks), "recipient__full_name", "pk"
    )
    rows = list(ordered[(page - 1) * BOARD_ROWS : page * BOARD_ROWS])
    cards = people.user_cards(row.recipient_id for row in rows)
    return [_delivery_row(row, cards) for row in rows]


def audience_ids(audience: Audience) -> list[int]:
    """Return the user ids an audience means right now, each once, of its institution only."""
    return list(dict.fromkeys(_ids_by_rule(audience)))


def audience_preview(
    audience: Audience, *, has_persian: bool, has_english: bool
) -> AudiencePreview:
    """Return whom the audience would reach now, and whom not, with the reason."""
    ids = audience_ids(audience)
    contacts = people.contacts_of(ids)
    cards = people.user_cards(ids)
    silent = opted_out_of(contacts.values())
    able = [one for one in contacts.values() if is_reachable(one)]
    reachable = [one for one in able if one.id not in silent]
    languages = Counter(
        language_for(one.locale, has_persian=has_persian, has_english=has_english)
        for one in reachable
    )
    return AudiencePreview(
        total=len(ids),
        reachable=tuple(sorted(reachable, key=lambda one: one.name)),
        lacking=_named(cards, set(ids) - {one.id for one in able}),
        opted_out=_named(cards, silent & {one.id for one in able}),
        by_language=languages,
    )


def is_reachable(contact: Contact) -> bool:
    """Whether the person has a number, and proved that it is theirs."""
    return bool(contact.phone) and contact.phone_verified_at is not None


def language_for(locale: str, *, has_persian: bool, has_english: bool) -> str:
    """Return "fa" or "en": the person's own language where the notice has it, else the other."""
    wants_persian = locale.startswith("fa")
    if wants_persian:
        return "fa" if has_persian else "en"
    return "en" if has_english else "fa"


def opted_out_of(contacts: Iterable[Contact]) -> set[int]:
    """Return the user ids whose number opted out. One query."""
    hashes = {one.id: phone_hash(one.phone) for one in contacts if one.phone}
    silent = OptOut.objects.filter(phone_hash__in=set(hashes.values()))
    silent_hashes = set(silent.values_list("phone_hash", flat=True))
    return {user_id for user_id, hashed in hashes.items() if hashed in silent_hashes}


def phone_hash(phone: str) -> str:
    """Return the keyed hash under which a number is kept; without the key it tells nothing."""
    return hmac.new(
        settings.NOTICES_HASH_KEY.encode(), f"phone:{phone}".encode(), hashlib.sha256
    ).hexdigest()


_BOARD_ORDER: Final = (
    DeliveryState.UNKNOWN,
    DeliveryState.REJECTED,
    DeliveryState.UNDELIVERED,
    DeliveryState.SKIPPED,
    DeliveryState.RETRY,
    DeliveryState.SENDING,
    DeliveryState.CLAIMED,
    DeliveryState.PENDING,
    DeliveryState.ACCEPTED,
    DeliveryState.DELIVERED,
)


def audience_of(notice: Notice) -> Audience:
    """Return the audience rule of a row."""
    return Audience(
        kind=AudienceKind(notice.audience_kind),
        institution_id=notice.institution_id,
        class_id=notice.class_group_id,
        sitting_id=notice.sitting_id,
        role=notice.role,
        person_id=notice.person_id,
    )


def _ids_by_rule(audience: Audience) -> list[int]:
    match audience.kind:
        case AudienceKind.SITTING:
            return sittings.candidate_ids(audience.sitting_id or 0)
        case AudienceKind.CLASS:
            return _of_class(audience.class_id or 0, audience.role)
        case AudienceKind.ROLE:
            return people.ids_with_role(audience.institution_id, Role(audience.role))
        case AudienceKind.PERSON:
            return [audience.person_id] if audience.person_id else []


def _of_class(class_id: int, role: str) -> list[int]:
    if role == Role.STUDENT:
        cards = people.members_of_class(class_id, Role.STUDENT)
    else:
        cards = people.staff_of_class(class_id, [Role(role)])
    return [card.id for card in cards]


def _named(cards: Mapping[int, UserCard], ids: set[int]) -> tuple[UserCard, ...]:
    return tuple(sorted((cards[each] for each in ids if each in cards), key=lambda one: one.name))


def _rows() -> QuerySet[Notice]:
    return Notice.objects.select_related("class_group", "sitting", "person")


def _cards(rows: list[Notice]) -> list[NoticeCard]:
    counts = _counts([row.pk for row in rows])
    return [_card(row, counts.get(row.pk, {})) for row in rows]


def _counts(notice_ids: list[int]) -> dict[int, dict[DeliveryState, int]]:
    found: dict[int, dict[DeliveryState, int]] = {}
    rows = Delivery.objects.filter(notice_id__in=notice_ids).values_list("notice_id", "state")
    for notice_id, state, count in rows.annotate(Count("pk")).order_by():
        found.setdefault(notice_id, {})[DeliveryState(state)] = count
    return found


def _card(row: Notice, counts: Mapping[DeliveryState, int]) -> NoticeCard:
    return NoticeCard(
        id=row.pk,
        institution_id=row.institution_id,
        title=row.title,
        state=NoticeState(row.state),
        audience=audience_of(row),
        audience_name=_audience_name(row),
        text_en=row.text_en,
        text_fa=row.text_fa,
        send_at=row.send_at,
        lead=row.lead,
        wakes=row.wakes,
        expires_at=row.expires_at,
        created_by_id=row.created_by_id,
        scheduled_at=row.scheduled_at,
        expanded_at=row.expanded_at,
        finished_at=row.finished_at,
        counts=counts,
    )


def _audience_name(row: Notice) -> str:
    """Return the name the audience has of itself; the page adds the kind in its language."""
    named = (row.sitting, row.class_group, row.person)
    return reduce(lambda found, each: found or (str(each) if each else ""), named, "")


def _delivery_row(row: Delivery, cards: Mapping[int, UserCard]) -> DeliveryRow:
    moments = (row.settled_at, row.accepted_at, row.sending_at, row.claimed_at)
    return DeliveryRow(
        name=cards[row.recipient_id].name if row.recipient_id in cards else "",
        phone=row.phone_masked,
        state=DeliveryState(row.state),
        reason=row.reason,
        body=row.body,
        locale=row.locale,
        segments=row.segments,
        attempt=row.attempt,
        error_code=row.error_code,
        error_detail=row.error_detail,
        at=next((moment for moment in moments if moment), None),
    )
