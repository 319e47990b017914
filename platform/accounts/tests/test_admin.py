"""The stock admin: institutions are written by the services, with their rules and their record."""

import pytest
from django.test import Client

from accounts.models import Institution
from accounts.selectors import institution_by_code
from accounts.services.people import create_user
from accounts.tests.conftest import School, as_person
from kernel.models import AuditEntry

ADD = "/admin/accounts/institution/add/"


@pytest.fixture
def operator(db: None) -> Client:
    made = create_user(
        institution_id=None, full_name="Op", email="op@x.org", is_operator=True, actor_id=None
    )
    return as_person(made.id)


def form(**changes: str) -> dict[str, str]:
    return {"code": "DEMO2", "name": "D", "time_zone": "Asia/Tehran", "locale": "fa", **changes}


def test_an_institution_is_made_by_the_service(operator: Client) -> None:
    assert operator.post(ADD, form()).status_code == 302
    made = institution_by_code("demo2")
    assert made is not None
    assert AuditEntry.objects.filter(
        action="institution.created", subject=f"institution:{made.id}", actor_id__isnull=False
    ).exists()


@pytest.mark.parametrize(
    "wrong", [{"code": "NORTH"}, {"time_zone": "Nowhere/Land"}, {"locale": "xx"}, {"code": " "}]
)
def test_what_the_site_could_not_work_with_is_refused(
    operator: Client, school: School, wrong: dict[str, str]
) -> None:
    response = operator.post(ADD, form(**wrong))
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert list(Institution.objects.values_list("pk", flat=True)) == [school.id]


def test_an_institution_is_changed_and_closed_by_the_service(
    operator: Client, school: School
) -> None:
    path = f"/admin/accounts/institution/{school.id}/change/"
    assert operator.get(path).status_code == 200
    assert operator.post(path, form(code="NORTH", is_active="on")).status_code == 302
    assert operator.post(path, form(code="north")).status_code == 302
    row = Institution.objects.get()
    assert (row.code, row.is_active, row.time_zone) == ("north", False, "Asia/Tehran")
    actions = AuditEntry.objects.filter(subject=f"institution:{school.id}").values_list("action")
    assert {"institution.changed", "institution.closed"} <= {action for (action,) in actions}
