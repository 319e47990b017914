"""What invigilation shows outside of its own pages: the navigation item and the next board at home."""

from collections.abc import Iterable
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext

from accounts.roles import Role
from accounts.selectors import own_roles
from exams.domain.states import UNFINISHED, SittingState
from exams.selectors.sittings import SittingView
from proctoring.policies import watchable_sittings
from web.home import Action, Card, Tone
from web.nav import NavItem
from web.templatetags.web import digits

WATCHERS: Final = frozenset({Role.INVIGILATOR, Role.CHIEF_INVIGILATOR})


def watches(request: HttpRequest) -> bool:
    """Whether the person invigilates anywhere."""
    return request.user.is_authenticated and own_roles(request.user).holds_anywhere(WATCHERS)


NAV = NavItem(label=_("Invigilation"), route="walls", visible=watches, rank=25)


def cards(request: HttpRequest) -> Iterable[Card]:
    """Return the board to open now, or the one that comes next; none for other roles."""
    if not watches(request):
        return
    coming = watchable_sittings(int(request.user.pk or 0), states=UNFINISHED)
    if coming:
        yield _board_card(coming[0])


def _board_card(sitting: SittingView) -> Card:
    is_live = sitting.state is not SittingState.SCHEDULED
    people = ngettext("%(count)s candidate", "%(count)s candidates", sitting.candidates)
    return Card(
        key="next-board",
        title=_("Your board"),
        icon="eye",
        rank=2,
        lead=sitting.title,
        text=people % {"count": digits(sitting.candidates)},
        countdown_to=None if sitting.state == "running" else sitting.starts_at,
        chip=_("Running") if sitting.state == "running" else "",
        tone=Tone.OK,
        actions=(Action(_("Open the board"), reverse("wall", args=[sitting.id]), primary=is_live),),
        follows=f"sitting:{sitting.id}",
    )
