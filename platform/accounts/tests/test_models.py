"""What the rows guarantee by themselves."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Institution, Membership, User


@pytest.fixture
def ana(db: None) -> User:
    del db
    return User.objects.create(full_name="Ana", email="ana@x.org", password="p")


def test_a_new_epoch_password_or_key_ends_a_session(ana: User, settings: object) -> None:
    hashes = {ana.get_session_auth_hash()}
    ana.session_epoch += 1
    hashes.add(ana.get_session_auth_hash())
    ana.password = "q"
    hashes.add(ana.get_session_auth_hash())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined] # the fixture's
    settings.SECRET_KEY = "another key"  # type: ignore[attr-defined] # as above
    assert ana.get_session_auth_hash() not in hashes
    assert set(ana.get_session_auth_fallback_hash()) <= hashes


def test_the_database_itself_refuses_doubles(ana: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(full_name="X", email="ANA@x.org")
    school = Institution.objects.create(code="n", name="N")
    Membership.objects.create(user=ana, institution=school, role="admin")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=ana, institution=school, role="admin")


def test_only_operators_are_staff_of_the_stock_admin(ana: User) -> None:
    assert [ana.is_staff, ana.has_perm("x"), ana.has_module_perms("x")] == [False] * 3
    ana.is_superuser = True
    assert ana.is_staff
    assert ana.has_perm("x")
    assert ana.has_module_perms("x")
    ana.is_active = False
    assert not ana.has_perm("x")


def test_people_are_found_by_address_whatever_its_case(ana: User) -> None:
    assert User.objects.get_by_natural_key("ANA@X.ORG") == ana


def test_rows_name_themselves(ana: User) -> None:
    school = Institution(code="n", name="North")
    assert (str(ana), str(school)) == ("Ana", "North")
    assert str(Membership(user=ana, role="admin")) == f"{ana.pk} admin"
