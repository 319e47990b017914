"""What people change about themselves."""

import pytest

from accounts.errors import PersonUnknown, PhoneInvalid
from accounts.models import User
from accounts.selectors import own_profile
from accounts.services import profile
from accounts.tests.conftest import Cast, School
from kernel.models import AuditEntry


def update(user_id: int, phone: str) -> None:
    profile.update_profile(user_id=user_id, locale="fa", time_zone="Asia/Tehran", phone=phone)


def test_language_zone_and_phone_are_kept(cast: Cast) -> None:
    update(cast.ana, "+44 7911 123456")
    own = own_profile(cast.ana)
    assert (own.locale, own.time_zone, own.phone) == ("fa", "Asia/Tehran", "+447911123456")


def test_a_changed_number_is_not_confirmed_any_more(school: School, cast: Cast) -> None:
    update(cast.ana, "+447911123456")
    assert profile.mark_phone_verified(user_id=cast.ana, phone="+447911123456")
    assert AuditEntry.objects.get(action="phone.verified").chain == f"institution:{school.id}"
    update(cast.ana, "+447911123456")
    assert own_profile(cast.ana).phone_verified_at is not None
    update(cast.ana, "+447911123457")
    assert own_profile(cast.ana).phone_verified_at is None
    assert AuditEntry.objects.filter(action="phone.changed").count() == 2


def test_a_code_for_an_old_number_confirms_nothing(cast: Cast) -> None:
    update(cast.ana, "+447911123457")
    assert not profile.mark_phone_verified(user_id=cast.ana, phone="+447911123456")
    assert own_profile(cast.ana).phone_verified_at is None


def test_a_wrong_number_changes_nothing(cast: Cast) -> None:
    with pytest.raises(PhoneInvalid):
        update(cast.ana, "12")
    assert own_profile(cast.ana).locale == ""


def test_the_language_alone_can_be_set(cast: Cast) -> None:
    profile.set_locale(user_id=cast.ana, locale="fa")
    assert User.objects.get(pk=cast.ana).locale == "fa"
    assert own_profile(cast.ben).locale == ""


def test_nobody_has_no_profile(db: None) -> None:
    with pytest.raises(PersonUnknown):
        update(0, "")
    with pytest.raises(PersonUnknown):
        own_profile(0)
