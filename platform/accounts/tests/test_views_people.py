"""The list of people, one person, classes."""

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import tries
from accounts.models import ClassGroup, Membership, User
from accounts.roles import Role
from accounts.selectors import roles_of
from accounts.tests.conftest import Cast, School, as_person, text
from kernel.models import AuditEntry


def test_the_list_is_searched_by_its_address(mona: Client, school: School) -> None:
    assert {"Ana", "Ben"} <= set(
        text(mona.get("/people/")).replace("<bdi>", " ").replace("</bdi>", " ").split()
    )
    page = text(mona.get("/people/?q=ana&role=student&page=1"))
    assert "<bdi>Ana</bdi>" in page
    assert "<bdi>Ben</bdi>" not in page
    assert "Nobody fits" in text(mona.get(f"/people/?q=zzz&class={school.class_id}"))


@pytest.mark.parametrize(
    "query", ["?page=-1", "?page=x", "?class=' or 1=1", "?role=king", "?class=99999999999999999999"]
)
def test_strange_addresses_show_the_list(mona: Client, query: str) -> None:
    assert mona.get(f"/people/{query}").status_code == 200


def test_a_name_is_text_and_never_markup(mona: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.ana).update(full_name="<script>alert(1)</script>")
    for path in ("/people/", f"/people/{cast.ana}/"):
        assert "<script>alert" not in mona.get(path).content.decode()


def test_details_are_changed(mona: Client, cast: Cast) -> None:
    typed = {
        "full_name": "Ana Maria",
        "registration_number": "A-7",
        "email": "",
        "phone": "+44 7911 123456",
    }
    assert mona.post(f"/people/{cast.ana}/change/", typed).status_code == 302
    user = User.objects.get(pk=cast.ana)
    assert (user.full_name, user.registration_number, user.email) == ("Ana Maria", "A-7", "")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"email": "ben@north.example"}, "email"),
        ({"registration_number": "b-100"}, "registration_number"),
        ({"registration_number": "", "email": ""}, "registration_number"),
        ({"phone": "12"}, "phone"),
        ({"email": "no address"}, "email"),
    ],
)
def test_wrong_details_are_shown_at_their_field(
    mona: Client, cast: Cast, typed: dict[str, str], field: str
) -> None:
    whole = {
        "full_name": "Ana",
        "registration_number": "A-100",
        "email": "ana@north.example",
        "phone": "",
    }
    response = mona.post(f"/people/{cast.ana}/change/", whole | typed)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text(response)
    assert User.objects.get(pk=cast.ana).full_name == "Ana"


def test_a_role_is_given_suspended_and_restored(mona: Client, school: School, cast: Cast) -> None:
    typed = {"role": "grader", "class_id": str(school.class_id)}
    assert mona.post(f"/people/{cast.ivo}/roles/", typed).status_code == 302
    role = Membership.objects.get(user_id=cast.ivo, role=Role.GRADER)
    assert mona.post(f"/people/{cast.ivo}/roles/{role.pk}/suspend/").status_code == 302
    assert "Suspended" in text(mona.get(f"/people/{cast.ivo}/"))
    assert mona.post(f"/people/{cast.ivo}/roles/{role.pk}/restore/").status_code == 302
    assert roles_of(cast.ivo).holds(
        [Role.GRADER], institution_id=school.id, class_id=school.class_id
    )


def test_a_student_without_a_class_is_shown_at_the_field(mona: Client, cast: Cast) -> None:
    response = mona.post(f"/people/{cast.ivo}/roles/", {"role": "student", "class_id": ""})
    assert response.status_code == 422
    assert 'id="id_class_id_error"' in text(response)


def test_a_class_of_another_institution_is_no_choice(
    mona: Client, cast: Cast, other_school: School
) -> None:
    typed = {"role": "student", "class_id": str(other_school.class_id)}
    assert mona.post(f"/people/{cast.ivo}/roles/", typed).status_code == 422


def test_the_last_administrator_is_told_why(mona: Client, cast: Cast) -> None:
    role = Membership.objects.get(user_id=cast.admin)
    response = mona.post(f"/people/{cast.admin}/roles/{role.pk}/suspend/")
    assert response.status_code == 409
    assert "the only administrator" in text(response)


def test_nobody_closes_their_own_account_past_the_page(mona: Client, cast: Cast) -> None:
    response = mona.post(f"/people/{cast.admin}/active/", {"active": "0"})
    assert response.status_code == 409
    assert "Nobody closes their own account" in text(response)
    assert mona.get("/people/").status_code == 200


def test_what_signs_somebody_out_is_asked_about_first(mona: Client, cast: Cast) -> None:
    page = text(mona.get(f"/people/{cast.ana}/"))
    before, dialogs = page.split("<dialog", 1)
    for act in ("password", "active"):
        assert f'action="/people/{cast.ana}/{act}/"' not in before
        assert f'action="/people/{cast.ana}/{act}/"' in dialogs
    User.objects.filter(pk=cast.ana).update(password="!")
    assert (
        f'action="/people/{cast.ana}/password/"'
        in text(mona.get(f"/people/{cast.ana}/")).split("<dialog")[0]
    ), "a first password signs nobody out"


def test_a_new_password_is_shown_once_and_not_kept_by_the_browser(mona: Client, cast: Cast) -> None:
    response = mona.post(f"/people/{cast.ana}/password/")
    shown = text(response).split('class="lead"><code class="ltr">')[1].split("<")[0]
    assert User.objects.get(pk=cast.ana).check_password(shown)
    assert "no-store" in response["Cache-Control"]
    assert shown not in text(mona.get(f"/people/{cast.ana}/"))


def test_an_account_is_closed_and_opened_again(mona: Client, cast: Cast) -> None:
    ana = as_person(cast.ana)
    mona.post(f"/people/{cast.ana}/active/", {"active": "0", "reason": "left"})
    assert ana.get("/account/").status_code == 302
    mona.post(f"/people/{cast.ana}/active/", {"active": "1"})
    assert as_person(cast.ana).get("/account/").status_code == 200


def test_a_person_is_created_with_a_role(mona: Client, school: School) -> None:
    typed = {
        "full_name": "Cleo Day",
        "role": "student",
        "class_id": school.class_id,
        "registration_number": "C-1",
    }
    response = mona.post("/people/new/", typed)
    made = User.objects.get(registration_number="C-1")
    assert response["Location"] == f"/people/{made.pk}/"
    assert roles_of(made.pk).is_student_only


def test_nobody_is_created_when_the_role_does_not_fit(mona: Client, school: School) -> None:
    typed = {
        "full_name": "Cleo Day",
        "role": "student",
        "class_id": "",
        "registration_number": "C-1",
    }
    assert 'id="id_class_id_error"' in text(mona.post("/people/new/", typed))
    assert not User.objects.filter(registration_number="C-1").exists()


def test_a_class_is_created_once(mona: Client, school: School) -> None:
    assert mona.post("/people/classes/", {"name": "Biology", "code": "BIO"}).status_code == 302
    assert ClassGroup.objects.filter(institution_id=school.id, code="BIO").exists()
    assert 'id="id_code_error"' in text(
        mona.post("/people/classes/", {"name": "Again", "code": "bio"})
    )


@pytest.mark.usefixtures("fresh_limits")
def test_an_administrator_sees_and_lifts_what_stops_a_person(
    mona: Client,
    cast: Cast,
    school: School,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    page = f"/people/{cast.ana}/"
    assert "Let this person sign in" not in text(mona.get(page))
    for _ in range(tries.A_DAY):
        tries.count_try(tries.person_key(cast.ana))
    assert "Sign-in stopped" in text(mona.get(page))
    with django_capture_on_commit_callbacks(execute=True):
        assert mona.post(f"{page}tries/")["Location"] == page
    assert "Let this person sign in" not in text(mona.get(page))


@pytest.mark.usefixtures("fresh_limits")
def test_students_and_invigilators_lift_nothing(cast: Cast) -> None:
    for user_id in (cast.ana, cast.ivo, cast.olga):
        assert as_person(user_id).post(f"/people/{cast.ana}/tries/").status_code in {403, 404}


@pytest.mark.parametrize("what", ["suspend", "close"])
def test_a_reason_that_no_database_can_store_is_no_server_error(
    mona: Client, school: School, cast: Cast, what: str
) -> None:
    role = Membership.objects.get(user_id=cast.ivo)
    path = f"/people/{cast.ivo}/roles/{role.pk}/suspend/"
    if what == "close":
        path = f"/people/{cast.ivo}/active/"
    assert mona.post(path, {"active": "0", "reason": "left\x00 us"}).status_code == 302
    assert AuditEntry.objects.latest("pk").reason == "left us"
