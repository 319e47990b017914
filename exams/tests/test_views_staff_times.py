"""Moving a sitting and ending it early, on their pages."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from exams.models import Sitting
from exams.selectors.sittings import sitting_view
from exams.services import sittings
from exams.tests.conftest import Cast, Taking, give_role, person
from exams.tests.pages import client_of, page_of
from exams.tests.test_views_staff_sittings import waiting
from kernel import clock
from kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
WIRE = "%Y-%m-%dT%H:%M"
DAY = timedelta(days=1)
WHY = "Fire alarm in the building"


@pytest.fixture
def chief(cast: Cast) -> User:
    cleo = person(cast.institution, "Cleo")
    give_role(cleo, Role.CHIEF_INVIGILATOR, cast.class_group)
    return cleo


def local(at: datetime) -> str:
    return timezone.localtime(at).strftime(WIRE)


def new_times(starts: datetime, **changes: str) -> dict[str, str]:
    return {
        "starts_at": local(starts),
        "closes_at": local(starts + timedelta(minutes=90)),
        "duration": "75",
        "lobby": "20",
    } | changes


def test_the_form_begins_with_the_times_as_they_are(cast: Cast) -> None:
    sitting_id = waiting(cast)
    page = page_of(client_of(cast.admin).get(f"/sittings/{sitting_id}/times/"))
    seen = sitting_view(sitting_id)
    assert f'value="{local(seen.starts_at)}"' in page
    assert f'value="{local(seen.closes_at)}"' in page
    assert 'value="60"' in page, "lobby, an hour before"
    assert "a correction is drafted" in page


def test_new_times_stand_on_the_page_of_the_sitting_and_on_the_homes(cast: Cast) -> None:
    sitting_id = waiting(cast)
    starts = (clock.now() + 3 * DAY).replace(second=0, microsecond=0)
    client = client_of(cast.admin)
    assert f"/sittings/{sitting_id}/times/" in page_of(client.get(f"/sittings/{sitting_id}/"))
    page = page_of(client.post(f"/sittings/{sitting_id}/times/", new_times(starts), follow=True))
    assert "Moved. Candidates and staff see the new time now." in page
    seen = sitting_view(sitting_id)
    assert (seen.starts_at, seen.duration) == (starts, timedelta(minutes=75))
    assert seen.starts_at - seen.lobby_opens_at == timedelta(minutes=20)
    for who in (cast.ana, cast.admin):
        home = page_of(client_of(who).get("/"))
        assert f'datetime="{seen.starts_at.isoformat()}"' in home
        assert f"sitting:{sitting_id}" in home, "an open page hears of the next move"


def test_the_same_times_again_are_said_to_be_nothing_new(cast: Cast) -> None:
    sitting_id = waiting(cast)
    starts = (clock.now() + 3 * DAY).replace(second=0, microsecond=0)
    client, path = client_of(cast.admin), f"/sittings/{sitting_id}/times/"
    client.post(path, new_times(starts))
    page = page_of(client.post(path, new_times(starts), follow=True))
    assert "nothing has changed" in page
    assert AuditEntry.objects.filter(action="sitting.moved").count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"starts_at": "2020-01-01T10:00"}, "starts_at", "This start has passed"),
        ({"starts_at": "soon"}, "starts_at", "valid date"),
        ({"closes_at": "2020-01-01T10:00"}, "closes_at", "must come after the start"),
        ({"duration": "500"}, "closes_at", "not enough time"),
        ({"duration": "0"}, "duration", "greater than or equal to 1"),
        ({"lobby": "-1"}, "lobby", "greater than or equal to 0"),
        ({"lobby": ""}, "lobby", "required"),
    ],
)
def test_times_that_do_not_fit_are_said_at_their_field(
    cast: Cast, changes: dict[str, str], field: str, said: str
) -> None:
    sitting_id = waiting(cast)
    before = sitting_view(sitting_id).times
    body = new_times(clock.now() + DAY) | changes
    answer = client_of(cast.admin).post(f"/sittings/{sitting_id}/times/", body)
    page = page_of(answer, 422)
    error = page[page.index(f'id="id_{field}_error"') :]
    assert said in error[: error.index("</div>")]
    assert sitting_view(sitting_id).times == before


def test_what_has_opened_says_why_it_cannot_be_moved(cast: Cast) -> None:
    sitting_id = waiting(cast)
    client, path = client_of(cast.admin), f"/sittings/{sitting_id}/times/"
    sittings.open_lobby(sitting_id)
    for answer in (client.get(path), client.post(path, new_times(clock.now() + DAY))):
        assert "Only one that has not opened can be moved" in page_of(answer, 409)
    assert path not in page_of(client.get(f"/sittings/{sitting_id}/"))


def test_a_lobby_that_is_due_counts_as_open(cast: Cast) -> None:
    sitting_id = waiting(cast)
    Sitting.objects.update(lobby_opens_at=clock.now() - timedelta(minutes=1))
    answer = client_of(cast.admin).post(
        f"/sittings/{sitting_id}/times/", new_times(clock.now() + DAY)
    )
    assert answer.status_code == 409


@pytest.mark.parametrize("act", ["times", "end"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("ana", 403), ("ivo", 403), ("author", 403), ("grader", 403), ("olga", 404)],
)
def test_the_pages_are_not_for_others(running: Taking, act: str, who: str, status: int) -> None:
    client = client_of(getattr(running.cast, who))
    path = f"/sittings/{running.sitting_id}/{act}/"
    assert client.get(path).status_code == status
    assert client.post(path, {"reason": WHY} | new_times(clock.now() + DAY)).status_code == status
    assert sitting_view(running.sitting_id).ended_early is None


def test_a_chief_ends_but_does_not_move(running: Taking, chief: User) -> None:
    client = client_of(chief)
    assert client.get(f"/sittings/{running.sitting_id}/times/").status_code == 403
    assert "End for everybody now" in page_of(client.get(f"/sittings/{running.sitting_id}/"))
    page_of(client.get(f"/sittings/{running.sitting_id}/end/"))


def test_the_end_is_confirmed_with_how_many_write_and_a_reason(
    running: Taking, chief: User
) -> None:
    client, path = client_of(chief), f"/sittings/{running.sitting_id}/end/"
    page = page_of(client.get(path))
    assert "1 candidate is still writing." in page
    assert "taken for 30 seconds more" in page
    refused = page_of(client.post(path, {"reason": "  "}), 422)
    assert 'id="id_reason_error"' in refused
    assert sitting_view(running.sitting_id).ended_early is None
    done = page_of(client.post(path, {"reason": WHY}, follow=True))
    assert "Ended. Answers on their way are still taken" in done
    assert "Ended early by the chief invigilator:" in done
    assert WHY in done
    assert path not in done


def test_who_presses_second_reads_who_was_first(running: Taking, chief: User) -> None:
    path = f"/sittings/{running.sitting_id}/end/"
    client_of(chief).post(path, {"reason": WHY})
    client = client_of(running.cast.admin)
    for answer in (
        client.post(path, {"reason": "Mine"}, follow=True),
        client.get(path, follow=True),
    ):
        assert f"Cleo (chief invigilator) has ended this sitting already: {WHY}" in page_of(answer)
    assert AuditEntry.objects.filter(action="sitting.ended_early").count() == 1


def test_a_sitting_that_does_not_run_has_no_end_to_press(cast: Cast) -> None:
    sitting_id = waiting(cast)
    client = client_of(cast.admin)
    assert client.get(f"/sittings/{sitting_id}/end/").status_code == 409
    assert client.post(f"/sittings/{sitting_id}/end/", {"reason": WHY}).status_code == 409
    assert "End for everybody now" not in page_of(client.get(f"/sittings/{sitting_id}/"))
