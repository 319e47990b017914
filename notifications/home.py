"""What notices show outside of their own pages: the navigation item and the card at home."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import selectors as people
from notifications import pages, selectors
from notifications.audiences import may_send_within
from notifications.domain.notice import NoticeState
from notifications.selectors import NoticeCard
from web.home import Action, Card, Row
from web.nav import NavItem

SHOWN = 5


def may_send(request: HttpRequest) -> bool:
    """Whether the signed-in person may send notices anywhere in their institution."""
    institution_id = getattr(request.user, "institution_id", None)
    if institution_id is None:
        return False
    return may_send_within(people.own_roles(request.user), institution_id)


NAV = NavItem(label=_("Notices"), route="notifications:index", visible=may_send, rank=70)


def cards(request: HttpRequest) -> Iterable[Card]:
    """Return the card of what will be sent; none for people who send nothing."""
    if not may_send(request):
        return
    institution_id = int(getattr(request.user, "institution_id", 0))
    states = [NoticeState.SCHEDULED, NoticeState.EXPANDING, NoticeState.SENDING]
    waiting = selectors.notices_in(institution_id, states, SHOWN)
    yield Card(
        key="notices",
        title=_("Notices"),
        icon="bell",
        rank=70,
        rows=tuple(_row(card) for card in waiting),
        empty=_("Nothing is scheduled."),
        actions=(Action(_("New notice"), reverse("notifications:new")),),
    )


def _row(card: NoticeCard) -> Row:
    word, tone = pages.NOTICE_WORDS[card.state]
    url = reverse("notifications:detail", args=[card.id])
    return Row(card.title, url, card.audience_name, at=card.send_at, chip=word, tone=tone)
