"""One browser's HTTP: the form with its token, and requests until there is an answer."""

import msgspec
import pytest

from rehearsal.browser import Browser, Refused
from rehearsal.tests.site import ANA, TOKEN, Site

ANSWERS = "POST /api/attempts/7/answers"


async def test_signing_in_sends_the_form_as_a_person_does(site: Site, browser: Browser) -> None:
    await browser.sign_in(ANA)
    (form,) = site.bodies("sign-in")
    assert form["csrfmiddlewaretoken"] == TOKEN
    assert (form["institution"], form["login"]) == (ANA.institution, ANA.identifier)
    assert form["referer"] == f"{site.base_url}/accounts/login/"
    assert browser.cookie("sessionid") == "s3ssion"


async def test_a_wrong_password_is_a_refusal_and_leaves_no_session(browser: Browser) -> None:
    with pytest.raises(Refused) as refusal:
        await browser.sign_in(msgspec.structs.replace(ANA, password="wrong"))
    assert refusal.value.code == "sign_in"
    assert browser.cookie("sessionid") == ""


@pytest.mark.parametrize("fault", [503, None])
async def test_signing_in_is_tried_again_while_the_server_is_away(
    site: Site, browser: Browser, fault: int | None
) -> None:
    site.faults.append(fault)
    await browser.sign_in(ANA)
    assert browser.cookie("sessionid") == "s3ssion"


async def test_a_request_carries_cookie_token_and_body(site: Site, browser: Browser) -> None:
    await browser.sign_in(ANA)
    site.reply(ANSWERS, (200, {"saved": {"1": 2}}))
    assert await browser.post("/api/attempts/7/answers", {"lease": "l"}) == {"saved": {"1": 2}}
    assert site.bodies(ANSWERS) == [{"lease": "l"}]


@pytest.mark.parametrize("fault", [500, 502, 503, 504, None])
async def test_a_server_that_is_away_is_asked_again(
    site: Site, browser: Browser, fault: int | None
) -> None:
    await browser.sign_in(ANA)
    site.faults.extend([fault, fault])
    site.reply("GET /api/attempts/7", (200, {"state": "running"}))
    assert await browser.get("/api/attempts/7") == {"state": "running"}
    assert not site.faults
    assert len(site.bodies("GET /api/attempts/7")) == 1


async def test_an_idempotent_save_is_repeated_with_the_same_body(
    site: Site, browser: Browser
) -> None:
    await browser.sign_in(ANA)
    site.reply(ANSWERS, (503, {"code": "busy", "data": {}}), (200, {"saved": {}}))
    await browser.post("/api/attempts/7/answers", {"seq": 3})
    assert site.bodies(ANSWERS) == [{"seq": 3}, {"seq": 3}]


@pytest.mark.parametrize("status", [400, 403, 404, 409])
async def test_a_no_of_the_server_is_not_repeated(
    site: Site, browser: Browser, status: int
) -> None:
    await browser.sign_in(ANA)
    site.reply(ANSWERS, (status, {"code": "lease_lost", "data": {"lease": "x"}}))
    with pytest.raises(Refused) as refusal:
        await browser.post("/api/attempts/7/answers", {})
    assert (refusal.value.status, refusal.value.code) == (status, "lease_lost")
    assert refusal.value.data == {"lease": "x"}
    assert len(site.bodies(ANSWERS)) == 1


async def test_a_refusal_that_is_no_json_has_a_word_too(site: Site, browser: Browser) -> None:
    await browser.sign_in(ANA)
    site.faults.append(404)
    with pytest.raises(Refused) as refusal:
        await browser.get("/api/attempts/7")
    assert refusal.value.code == "no_json"
