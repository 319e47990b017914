"""The browser's catalogue, the component page and the mark of the product."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client


def test_the_catalogue_of_a_language_is_a_script_that_may_be_kept(client: Client) -> None:
    response = client.get("/i18n/fa.js?v=1")
    assert response["Content-Type"].startswith("text/javascript")
    assert "immutable" in response["Cache-Control"]
    assert "no-cache" in client.get("/i18n/fa.js")["Cache-Control"]
    assert client.get("/i18n/xx.js").status_code == 404


def test_the_catalogue_is_of_the_address_not_of_the_reader(client: Client) -> None:
    client.cookies["django_language"] = "en"
    persian = client.get("/i18n/fa.js").content
    client.cookies["django_language"] = "fa"
    assert client.get("/i18n/fa.js").content == persian
    assert client.get("/i18n/en.js").content != persian


@pytest.mark.parametrize(("operator", "status"), [(True, 200), (False, 404)])
def test_the_component_page_is_for_those_who_build(
    client: Client, db: None, *, operator: bool, status: int
) -> None:
    user = get_user_model().objects.create(full_name="O", email="o@x.org", is_superuser=operator)
    client.force_login(user, backend="accounts.backends.InvigilBackend")
    assert client.get("/design/").status_code == status


def test_the_mark_is_an_image(client: Client) -> None:
    assert client.get("/favicon.svg")["Content-Type"] == "image/svg+xml"
