"""What the provider calls, over HTTP."""

import pytest
from django.conf import LazySettings
from django.test import Client
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # no types

from notifications.models import OptOut
from notifications.services import deliveries
from notifications.tests import fake_twilio as fake
from notifications.tests.cast import School
from notifications.tests.fake_twilio import FakeTwilio
from notifications.tests.test_services_deliveries import alone, row_of
from notifications.tests.test_services_expansion import expanded

pytestmark = pytest.mark.django_db
SITE = "https://exams.example.org"


@pytest.fixture(autouse=True)
def public_site(settings: LazySettings) -> None:
    settings.SITE_URL = SITE


def call(path: str, form: dict[str, str], signature: str | None = None) -> int:
    signed = RequestValidator(fake.TOKEN).compute_signature(f"{SITE}{path}", form)
    client = Client(enforce_csrf_checks=True)
    headers = {"X-Twilio-Signature": signed if signature is None else signature}
    return client.post(path, form, headers=headers).status_code


def test_a_report_is_taken_repeated_and_in_any_order(school: School, twilio: FakeTwilio) -> None:
    alone(school)
    deliveries.send_batch(expanded(school))
    row = row_of(school.ana)
    path = f"/notices/reports/{row.pk}/1"
    for status in ("delivered", "sent", "delivered"):
        form = {"MessageSid": row.provider_id, "MessageStatus": status}
        assert call(path, form) == 204
    assert row_of(school.ana).state == "delivered"


def test_a_report_without_or_with_a_wrong_signature_is_refused(
    school: School, twilio: FakeTwilio
) -> None:
    alone(school)
    deliveries.send_batch(expanded(school))
    row = row_of(school.ana)
    form = {"MessageSid": row.provider_id, "MessageStatus": "delivered"}
    for signature in ("", "forged"):
        assert call(f"/notices/reports/{row.pk}/1", form, signature) == 403
    assert row_of(school.ana).state == "accepted"


def test_without_a_provider_nobody_is_believed(school: School) -> None:
    assert call("/notices/incoming", {"From": school.ana.phone, "Body": "STOP"}) == 403
    assert not OptOut.objects.exists()


def test_stop_arrives(school: School, twilio: FakeTwilio) -> None:
    assert call("/notices/incoming", {"From": school.ana.phone, "Body": "STOP"}) == 200
    assert OptOut.objects.count() == 1


@pytest.mark.parametrize(
    "path", ["/notices/incoming", f"/notices/reports/{'0' * 8}-0000-4000-8000-{'0' * 12}/1"]
)
def test_only_posts_are_taken(path: str, client: Client) -> None:
    assert client.get(path).status_code == 405
