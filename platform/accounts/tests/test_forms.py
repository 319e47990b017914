"""Fields and choices of the forms."""

from django.test import RequestFactory

from accounts.forms import LoginForm, locale_choices, zone_choices


def test_the_institution_of_a_link_is_filled_in() -> None:
    request = RequestFactory().get("/accounts/login/?institution=north")
    form = LoginForm(request=request)
    assert form["institution"].value() == "north"
    assert list(form.fields) == ["institution", "login", "password", "remember"]


def test_no_field_hides_its_label_in_a_placeholder() -> None:
    form = LoginForm(request=RequestFactory().get("/"))
    assert not [field for field in form.fields.values() if field.widget.attrs.get("placeholder")]


def test_the_first_choice_is_the_institutions() -> None:
    assert [code for code, _ in locale_choices()] == ["", "en", "fa"]
    zones = [zone for zone, _ in zone_choices()]
    assert zones[:2] == ["", "UTC"]
    assert {"Asia/Tehran", "Europe/Berlin"} <= set(zones)
    assert not [zone for zone in zones if zone.startswith("Etc")]
