"""Navigation and home cards of accounts and of the site itself; accounts may not import web."""

from collections.abc import Iterable

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts import policies, selectors
from accounts.roles import STAFF_ROLES, Role
from accounts.selectors import own_roles
from accounts.views.scope import FIELD, shown_institution
from web import home, nav
from web.home import Action, Card, Row
from web.nav import NavItem
from web.templatetags.web import digits


def is_signed_in(request: HttpRequest) -> bool:
    """Whether the navigation shows the home page."""
    return request.user.is_authenticated


def manages_people(request: HttpRequest) -> bool:
    """Whether the navigation shows the people."""
    roles = own_roles(request.user)
    return roles.is_operator or any(
        class_id is None for _i, class_id in roles.scopes(policies.MANAGERS)
    )


def is_operator(request: HttpRequest) -> bool:
    """Whether the navigation shows the stock admin."""
    return own_roles(request.user).is_operator


ITEMS = (
    NavItem(label=gettext_lazy("Home"), route="web:home", visible=is_signed_in, rank=0),
    NavItem(label=gettext_lazy("People"), route="accounts:people", visible=manages_people, rank=70),
    NavItem(label=gettext_lazy("Site"), route="admin:index", visible=is_operator, rank=95),
)


def register() -> None:
    """Add the items and cards to the frame of every page."""
    for item in ITEMS:
        nav.register(item)
    home.register(cards)


def cards(request: HttpRequest) -> Iterable[Card]:
    """Return what accounts has to say at home."""
    yield from _people_cards(request)
    yield from _own_cards(request)


def _people_cards(request: HttpRequest) -> Iterable[Card]:
    """Count the people of the institution that the pages about people show, and lead there."""
    if not manages_people(request):
        return
    institution = shown_institution(
        request, selectors.managed_institutions(own_roles(request.user))
    )
    if institution is None:
        return
    counts = selectors.count_people(institution.id)
    students = counts.get(Role.STUDENT, 0)
    staff = sum(counts.get(role, 0) for role in STAFF_ROLES)
    here = f"?{FIELD}={institution.id}"
    people = f"{reverse('accounts:people')}{here}"
    yield Card(
        key="people",
        title=gettext_lazy("People"),
        icon="people",
        rank=40,
        rows=(
            Row(
                ngettext("%(count)s student", "%(count)s students", students)
                % {"count": digits(students)},
                url=f"{people}&role=student",
            ),
            Row(
                ngettext("%(count)s role of staff", "%(count)s roles of staff", staff)
                % {"count": digits(staff)},
                url=people,
            ),
        ),
        actions=(
            Action(
                gettext_lazy("Import a class list"), f"{reverse('accounts:roster_upload')}{here}"
            ),
            Action(gettext_lazy("New person"), f"{reverse('accounts:new_person')}{here}"),
        ),
    )


def _own_cards(request: HttpRequest) -> Iterable[Card]:
    own = selectors.own_profile(request.user.pk or 0)
    if not own.phone:
        yield Card(
            key="phone",
            title=gettext_lazy("Your phone number is missing"),
            icon="bell",
            rank=75,
            text=_("Notices about exams come by text message."),
            actions=(Action(gettext_lazy("Add the number"), reverse("accounts:profile")),),
        )
    if own_roles(request.user).holds_anywhere(STAFF_ROLES) and not is_mfa_enabled(request.user):
        yield Card(
            key="two-step",
            title=gettext_lazy("Protect your account"),
            icon="shield",
            rank=80,
            text=_("A second step keeps your account closed to those who know your password."),
            actions=(Action(gettext_lazy("Switch on two-step sign-in"), reverse("mfa_index")),),
        )
