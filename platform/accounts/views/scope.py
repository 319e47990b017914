"""Who asks, and for which institution."""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts import policies, selectors
from accounts.errors import Forbidden
from accounts.roles import RoleSet
from accounts.selectors import InstitutionCard

SESSION_KEY = "institution"


@dataclass(frozen=True, slots=True)
class Scope:
    """An administrator at work on one institution.

    Attributes:
        actor_id: Who.
        roles: What they are.
        institution: Which one this request is about.
        managed: All they could choose.
    """

    actor_id: int
    roles: RoleSet
    institution: InstitutionCard
    managed: list[InstitutionCard]

    @property
    def institution_id(self) -> int:
        """Return the id of the institution."""
        return self.institution.id


def own_id(request: HttpRequest) -> int:
    """Return the id of who is signed in.

    Raises:
        Forbidden: Nobody is.
    """
    if request.user.pk is None:
        raise Forbidden
    return request.user.pk


def people_scope(request: HttpRequest) -> Scope:
    """Return the institution whose people are managed; `?institution=` changes it for the session.

    Raises:
        Forbidden: The person manages none, or not this one.
    """
    actor_id = own_id(request)
    roles = selectors.roles_of(actor_id)
    managed = selectors.managed_institutions(roles)
    wanted = request.GET.get("institution") or request.session.get(SESSION_KEY)
    chosen = next((each for each in managed if str(each.id) == str(wanted)), None)
    institution = chosen or next(iter(managed), None)
    if institution is None or not policies.can_manage_people(roles, institution_id=institution.id):
        raise Forbidden
    if "institution" in request.GET:
        request.session[SESSION_KEY] = institution.id
    return Scope(actor_id=actor_id, roles=roles, institution=institution, managed=managed)
