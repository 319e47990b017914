"""Who asks, and for which institution."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from accounts import policies, selectors
from accounts.errors import Forbidden
from accounts.roles import RoleSet
from accounts.selectors import InstitutionCard

SESSION_KEY = "institution"
FIELD = "institution"


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
    """Return the institution whose people are managed.

    Every form names it in the field `institution`, so that a page submits into the institution it
    shows, whatever was chosen in another tab. An address may name it as well; one that names none
    gets the one last used.

    Raises:
        Forbidden: The person manages none, or not the named one, or manages several and the form
            names none.
    """
    actor_id = own_id(request)
    roles = selectors.roles_of(actor_id)
    managed = selectors.managed_institutions(roles)
    institution = _named_institution(request, managed) or shown_institution(request, managed)
    if institution is None or not policies.can_manage_people(roles, institution_id=institution.id):
        raise Forbidden
    return Scope(actor_id=actor_id, roles=roles, institution=institution, managed=managed)


def shown_institution(
    request: HttpRequest, managed: Sequence[InstitutionCard]
) -> InstitutionCard | None:
    """Return the institution a page shows that names none: the last one used, else the first."""
    last = request.session.get(SESSION_KEY)
    return next((each for each in managed if each.id == last), next(iter(managed), None))


def _named_institution(
    request: HttpRequest, managed: Sequence[InstitutionCard]
) -> InstitutionCard | None:
    name = request.POST.get(FIELD) or request.GET.get(FIELD)
    if name is None:
        if request.method == "POST" and len(managed) > 1:
            raise Forbidden
        return None
    named = next((each for each in managed if str(each.id) == name), None)
    if named is None:
        raise Forbidden
    if request.session.get(SESSION_KEY) != named.id:
        request.session[SESSION_KEY] = named.id
    return named
