from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from exams.domain.states import SittingState
from exams.models import Candidate
from exams.selectors.sittings import sitting_view, sittings_of_institution
from exams.services import sittings
from exams.tests.conftest import Cast, approved_exam, begin, give_role, person, schedule
from exams.tests.pages import client_of, page_of
from kernel import clock

pytestmark = pytest.mark.django_db


def body_of(cast: Cast, exam_id: int, **changes: str) -> dict[str, str]:
    starts = timezone.localtime(clock.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    wire = "%Y-%m-%dT%H:%M"
    return {
        "exam_id": str(exam_id),
        "class_id": str(cast.class_group.pk),
        "title": "Mid-term",
        "starts_at": starts.strftime(wire),
        "closes_at": (starts + timedelta(minutes=75)).strftime(wire),
        "duration": "60",
        "lobby": "20",
        "grace_s": "30",
        "rooms": "Hall A, remote",
        "camera": "optional",
        "chat_lock": "start",
        "late_start": "full",
    } | changes


def waiting(cast: Cast) -> int:
    now = clock.now()
    return schedule(
        cast,
        lobby_opens_at=now + timedelta(hours=1),
        starts_at=now + timedelta(hours=2),
        closes_at=now + timedelta(hours=4),
    )


def test_an_approved_exam_is_scheduled_with_every_choice_kept(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    client = client_of(cast.admin)
    page_of(client.get(f"/sittings/new/?exam={exam_id}"))
    body = body_of(cast, exam_id)
    made = client.post("/sittings/new/", body)
    (sitting,) = sittings_of_institution(cast.institution.pk)
    assert made.headers["Location"] == f"/sittings/{sitting.id}/"
    assert (sitting.title, sitting.duration) == ("Mid-term", timedelta(minutes=60))
    assert sitting.starts_at - sitting.lobby_opens_at == timedelta(minutes=20)
    assert sitting.rooms == ("Hall A", "remote")
    assert (sitting.policy.camera, sitting.policy.chat_lock, sitting.policy.late_start) == (
        "optional",
        "start",
        "full",
    )
    assert sitting.candidates == 2
    assert timezone.localtime(sitting.starts_at).strftime("%Y-%m-%dT%H:%M") == body["starts_at"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"closes_at": "2020-01-01T10:00"}, "must come after the start"),
        ({"duration": "500"}, "not enough time"),
        ({"duration": "0"}, "greater than or equal to 1"),
        ({"starts_at": "tomorrow"}, "valid date"),
        ({"starts_at": "2025-01-01T10:00", "closes_at": "2025-01-01T12:00"}, "has passed"),
        ({"exam_id": "999999"}, "valid choice"),
        ({"class_id": "999999"}, "valid choice"),
        ({"grace_s": "601"}, "less than or equal to 600"),
    ],
)
def test_what_does_not_fit_is_said_in_words_and_nothing_is_scheduled(
    cast: Cast, changes: dict[str, str], said: str
) -> None:
    body = body_of(cast, approved_exam(cast)) | changes
    assert said in page_of(client_of(cast.admin).post("/sittings/new/", body))
    assert sittings_of_institution(cast.institution.pk) == []


def test_without_an_approved_exam_the_page_says_what_is_missing(cast: Cast) -> None:
    assert "No approved exam" in page_of(client_of(cast.admin).get("/sittings/new/"))


def test_an_exam_of_another_institution_is_no_choice(cast: Cast) -> None:
    assert cast.olga.institution is not None
    kim = person(cast.olga.institution, "Kim")
    give_role(kim, Role.ADMIN)
    from accounts.models import ClassGroup  # noqa: PLC0415 one test alone needs it

    ClassGroup.objects.create(institution=cast.olga.institution, code="X", name="Class X")
    exam_id = approved_exam(cast)
    assert "Chemistry" not in page_of(client_of(kim).get("/sittings/new/"))
    assert client_of(kim).post("/sittings/new/", body_of(cast, exam_id)).status_code == 200
    assert sittings_of_institution(cast.institution.pk) == []


def test_the_list_parts_what_comes_from_what_is_over(cast: Cast) -> None:
    client = client_of(cast.ivo)
    assert "Nothing is scheduled" in page_of(client.get("/sittings/"))
    waiting(cast)
    page = page_of(client.get("/sittings/"))
    assert "Chemistry, Tuesday" in page
    assert 'id="past"' not in page
    assert "Schedule an exam" not in page
    assert "Schedule an exam" in page_of(client_of(cast.admin).get("/sittings/"))


def test_the_page_offers_acts_only_to_those_who_may(cast: Cast) -> None:
    sitting_id = waiting(cast)
    path = f"/sittings/{sitting_id}/"
    admin, ivo = (page_of(client_of(who).get(path)) for who in (cast.admin, cast.ivo))
    assert "Cancel the sitting" in admin
    assert "Cancel the sitting" not in ivo
    assert f"{path}wall/" in ivo
    assert "/results/" not in ivo
    grader = page_of(client_of(cast.grader).get(path))
    assert f"{path}results/" in grader
    assert f"{path}wall/" not in grader


def test_lobby_start_and_cancel_by_hand(cast: Cast) -> None:
    sitting_id = waiting(cast)
    client = client_of(cast.admin)
    path = f"/sittings/{sitting_id}/move/"
    client.post(path, {"act": "lobby"})
    assert sitting_view(sitting_id).state is SittingState.LOBBY
    assert client.post(path, {"act": "cancel", "reason": "  "}).status_code == 422
    assert client.post(path, {"act": "nonsense"}).status_code == 400
    client.post(path, {"act": "start"})
    assert sitting_view(sitting_id).state is SittingState.RUNNING
    assert client.post(path, {"act": "cancel", "reason": "too late"}).status_code == 409
    other = begin_again(cast)
    client.post(f"/sittings/{other}/move/", {"act": "cancel", "reason": "Snow\x00"})
    assert sitting_view(other).state is SittingState.CANCELLED
    assert "wall/" not in page_of(client.get(f"/sittings/{other}/"))


def begin_again(cast: Cast) -> int:
    now = clock.now()
    (exam,) = {one.exam_id for one in sittings_of_institution(cast.institution.pk)}
    return schedule(
        cast,
        exam,
        lobby_opens_at=now + timedelta(hours=1),
        starts_at=now + timedelta(hours=2),
        closes_at=now + timedelta(hours=4),
    )


def test_a_late_student_is_registered_with_seat_and_more_time(cast: Cast) -> None:
    sitting_id = waiting(cast)
    kim = person(cast.institution, "Kim")
    give_role(kim, Role.STUDENT, cast.class_group)
    client = client_of(cast.admin)
    path = f"/sittings/{sitting_id}/register/"
    assert "Register one more student" in page_of(client.get(f"/sittings/{sitting_id}/"))
    body = {"student_id": str(kim.pk), "room": "Hall", "seat": "B2", "extra_percent": "25"}
    assert "Choose a student" in page_of(
        client.post(path, body | {"extra_percent": "-1"}, follow=True)
    )
    client.post(path, body)
    added = Candidate.objects.get(sitting_id=sitting_id, student=kim)
    assert (added.room, added.seat, added.extra_percent) == ("Hall", "B2", 25)
    assert "Register one more student" not in page_of(client.get(f"/sittings/{sitting_id}/"))
    assert "Choose a student" in page_of(client.post(path, body, follow=True))


def test_somebody_who_is_not_of_the_class_cannot_be_registered(cast: Cast) -> None:
    sitting_id = waiting(cast)
    kim = person(cast.institution, "Kim")
    give_role(kim, Role.STUDENT, cast.class_group)
    body = {"student_id": str(cast.olga.pk), "extra_percent": "0"}
    client_of(cast.admin).post(f"/sittings/{sitting_id}/register/", body)
    assert not Candidate.objects.filter(sitting_id=sitting_id, student=cast.olga).exists()


def test_the_candidates_alone_are_sent_when_the_page_refreshes_itself(cast: Cast) -> None:
    running = begin(cast)
    path = f"/sittings/{running.sitting_id}/"
    client = client_of(cast.ivo)
    whole = page_of(client.get(path))
    part = page_of(client.get(path, headers={"HX-Request": "true"}))
    assert "<html" in whole
    assert "<html" not in part
    assert "Ana" in part
    assert "Working" in part


def test_a_class_without_students_has_an_empty_state(cast: Cast) -> None:
    User.objects.filter(pk__in=[cast.ana.pk, cast.ben.pk]).update(is_active=False)
    sitting_id = waiting(cast)
    assert "No candidates" in page_of(client_of(cast.admin).get(f"/sittings/{sitting_id}/"))
    assert sittings.move_due_sittings() == 0
