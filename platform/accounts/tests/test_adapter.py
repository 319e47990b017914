"""Signing in over HTTP: one refusal for all reasons, sessions, passwords, two steps."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from accounts.adapter import REFUSED, TOO_MANY
from accounts.models import Institution, Membership, User
from accounts.tests.conftest import PASSWORD, Cast, School, as_person
from accounts.tests.entrance import LOGIN, post_login, refusal
from kernel.models import AuditEntry

pytestmark = pytest.mark.usefixtures("fresh_limits")


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


@pytest.mark.parametrize(("login", "institution"), [("ana@north.example", ""), ("A-100", "north")])
def test_a_person_signs_in_and_the_session_is_a_new_one(
    client: Client, cast: Cast, login: str, institution: str
) -> None:
    client.get(LOGIN)
    client.session.save()
    before = client.session.session_key
    response = post_login(client, login, institution=institution)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session.session_key != before
    assert is_signed_in(client)


def suspended(school: School, cast: Cast) -> None:
    Membership.objects.filter(user_id=cast.ana).update(suspended_at="2026-01-01T00:00Z")


def closed(school: School, cast: Cast) -> None:
    User.objects.filter(pk=cast.ana).update(is_active=False)


def inactive(school: School, cast: Cast) -> None:
    Institution.objects.filter(pk=school.id).update(is_active=False)


@pytest.mark.parametrize("damage", [None, suspended, closed, inactive])
@pytest.mark.parametrize("password", [PASSWORD, "wrong-wrong"])
def test_every_refusal_reads_the_same(
    client: Client,
    school: School,
    cast: Cast,
    damage: Callable[[School, Cast], None] | None,
    password: str,
) -> None:
    if damage is not None:
        damage(school, cast)
    login = "nobody@north.example" if damage is None else "ana@north.example"
    shown = post_login(client, login, password)
    assert refusal(shown) == str(REFUSED)
    assert not is_signed_in(client)
    stranger = post_login(client, "stranger@north.example", password)
    assert without_what_was_typed(shown) == without_what_was_typed(stranger)


def without_what_was_typed(response: HttpResponse) -> str:
    text = response.content.decode()
    for pattern in (
        r'name="csrfmiddlewaretoken" value="\w+"',
        r'value="[\w@.-]*"',
        r'data-server-time="\d+"',
    ):
        text = re.sub(pattern, "", text)
    return text


def test_there_is_no_sign_up(client: Client, db: None) -> None:
    assert "No sign-up here" in client.get("/accounts/signup/").content.decode()
    typed = {"email": "new@x.org", "password1": PASSWORD}
    client.post("/accounts/signup/", typed)
    assert not User.objects.exists()
    assert client.get("/accounts/email/").status_code == 404


def test_signing_out_ends_the_session(client: Client, cast: Cast) -> None:
    post_login(client, "ana@north.example")
    response = client.post("/accounts/logout/")
    assert (response.status_code, response["Location"]) == (302, LOGIN)
    assert not is_signed_in(client)


@pytest.mark.parametrize(("remember", "persistent"), [("", False), ("on", True)])
def test_a_session_outlives_the_browser_only_when_asked(
    client: Client, cast: Cast, remember: str, *, persistent: bool
) -> None:
    client.post(LOGIN, {"login": "ana@north.example", "password": PASSWORD, "remember": remember})
    cookie = client.cookies["sessionid"]
    assert bool(cookie["max-age"]) is persistent
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_login_leads_to_where_one_wanted_to_go_but_not_off_the_site(
    client: Client, cast: Cast
) -> None:
    assert post_login_next(client, "/people/") == "/people/"
    assert post_login_next(Client(), "https://evil.example/") == "/"


def post_login_next(client: Client, target: str) -> str:
    typed = {"login": "ana@north.example", "password": PASSWORD, "next": target}
    return str(client.post(LOGIN, typed)["Location"])


# ── Passwords ───────────────────────────────────────────────────────────────────────────────
def test_changing_the_password_keeps_this_session_and_ends_the_others(cast: Cast) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        post_login(client, "ana@north.example")
    typed = {
        "oldpassword": PASSWORD,
        "password1": "green-hill-paper",
        "password2": "green-hill-paper",
    }
    assert here.post("/accounts/password/change/", typed).status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(there)


@pytest.mark.django_db(transaction=True)
def test_a_changed_password_is_in_the_audit_of_the_institution(school: School, cast: Cast) -> None:
    ana = as_person(cast.ana)
    typed = {
        "oldpassword": PASSWORD,
        "password1": "green-hill-paper",
        "password2": "green-hill-paper",
    }
    assert ana.post("/accounts/password/change/", typed).status_code == 302
    line = AuditEntry.objects.get(action="password.changed")
    assert (line.chain, line.actor_id, line.subject) == (
        f"institution:{school.id}",
        cast.ana,
        f"user:{cast.ana}",
    )


def test_a_forgotten_password_is_set_by_a_link_that_works_once(client: Client, cast: Cast) -> None:
    client.post("/accounts/password/reset/", {"email": "ANA@north.example"})
    message = mail.outbox[0]
    assert message.to == ["ana@north.example"]
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(message.body))
    assert link
    form_url = client.get(link[1])["Location"]
    typed = {"password1": "green-hill-paper", "password2": "green-hill-paper"}
    assert client.post(form_url, typed).status_code == 302
    assert User.objects.get(pk=cast.ana).check_password("green-hill-paper")
    assert "not valid any more" in Client().get(link[1]).content.decode()


def test_asking_for_a_link_tells_nothing_about_who_exists(cast: Cast) -> None:
    pages = []
    for email in ("ana@north.example", "nobody@north.example"):
        client = Client()
        response = client.post("/accounts/password/reset/", {"email": email}, follow=True)
        pages.append(without_what_was_typed(response))  # type: ignore[arg-type] # a test response is one
    assert pages[0] == pages[1]
    assert len(mail.outbox) == 1


# ── Two steps ───────────────────────────────────────────────────────────────────────────────
def code_for(user_id: int) -> str:
    authenticator = Authenticator.objects.get(user_id=user_id, type=Authenticator.Type.TOTP)
    secret = get_mfa_adapter().decrypt(authenticator.data["secret"])
    return current_code(secret)


def current_code(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def enrol(client: Client) -> list[str]:
    """Switch two-step sign-in on, as a person does; returns the recovery codes."""
    asked = client.get("/accounts/two-step/totp/activate/")
    assert "/accounts/reauthenticate/" in asked["Location"]
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/two-step/totp/activate/").content.decode()
    secret = re.search(r'class="ltr key">(\w+)<', page)
    assert secret
    code = current_code(secret[1])
    persian = code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    response: Any = client.post("/accounts/two-step/totp/activate/", {"code": persian}, follow=True)
    return re.findall(r'<code class="ltr">(\d+)</code>', response.content.decode())


def test_two_steps_from_enrolment_to_recovery(client: Client, cast: Cast) -> None:
    post_login(client, "ana@north.example")
    codes = enrol(client)
    assert len(codes) == 10
    stored = Authenticator.objects.get(user_id=cast.ana, type=Authenticator.Type.TOTP).data[
        "secret"
    ]
    assert len(stored) > 80, "the secret is stored encrypted"

    with_app = Client()
    assert (
        post_login(with_app, "ana@north.example")["Location"] == "/accounts/two-step/authenticate/"
    )
    assert not is_signed_in(with_app)
    wrong = with_app.post("/accounts/two-step/authenticate/", {"code": "000000"})
    assert "does not fit" in wrong.content.decode()

    with_paper = Client()
    post_login(with_paper, "ana@north.example")
    assert (
        with_paper.post("/accounts/two-step/authenticate/", {"code": codes[0]})["Location"] == "/"
    )
    assert is_signed_in(with_paper)

    again = Client()
    post_login(again, "ana@north.example")
    again.post("/accounts/two-step/authenticate/", {"code": codes[0]})
    assert not is_signed_in(again), "a recovery code works once"


def test_guessed_codes_are_stopped(client: Client, cast: Cast) -> None:
    post_login(client, "ana@north.example")
    enrol(client)
    guesser = Client()
    post_login(guesser, "ana@north.example")
    page = ""
    for _ in range(11):
        page = guesser.post("/accounts/two-step/authenticate/", {"code": "000000"}).content.decode()
    assert str(TOO_MANY) in unescape(page)
    assert not is_signed_in(guesser)


def test_switching_off_needs_a_proof_once_more(client: Client, cast: Cast) -> None:
    post_login(client, "ana@north.example")
    codes = enrol(client)
    thief = Client()
    post_login(thief, "ana@north.example")
    thief.post("/accounts/two-step/authenticate/", {"code": codes[0]})
    response = thief.post("/accounts/two-step/totp/deactivate/")
    assert "reauthenticate" in response["Location"]
    assert (
        "not your password"
        in thief.post("/accounts/reauthenticate/", {"password": "x"}).content.decode()
    )
    assert Authenticator.objects.filter(user_id=cast.ana).count() == 2
    client.post("/accounts/two-step/totp/deactivate/")
    assert not Authenticator.objects.filter(user_id=cast.ana).exists()


def test_the_password_asked_once_more_cannot_be_guessed(client: Client, cast: Cast) -> None:
    post_login(client, "ana@north.example")
    page = ""
    for _ in range(11):
        page = client.post(
            "/accounts/reauthenticate/", {"password": "wrong-wrong"}
        ).content.decode()
    assert "Too many" in page


def test_a_secret_is_read_with_an_older_key(settings: Any) -> None:
    adapter = get_mfa_adapter()
    sealed = adapter.encrypt("JBSWY3DP")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    assert adapter.decrypt(sealed) == "JBSWY3DP"


# ── The stock admin ─────────────────────────────────────────────────────────────────────────
def test_the_stock_admin_opens_for_operators_only(client: Client, cast: Cast) -> None:
    assert LOGIN in client.get("/admin/", follow=True).redirect_chain[-1][0]
    post_login(client, "mona@north.example")
    assert client.get("/admin/", follow=True).status_code == 403
    User.objects.filter(pk=cast.admin).update(is_superuser=True)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/mfa/authenticator/").status_code == 404
    assert (
        client.post(f"/admin/accounts/user/{cast.ana}/change/", {"full_name": "X"}).status_code
        == 403
    )
