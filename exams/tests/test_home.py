import pytest
from django.test import RequestFactory

from accounts.models import User
from exams import home
from exams.domain.states import SittingState
from exams.models import Result, Sitting
from exams.services import attempts, grading, review, sittings
from exams.tests.conftest import Cast, Taking, approved_exam, begin
from exams.tests.pages import client_of, draft_exam, page_of
from web.home import Card

pytestmark = pytest.mark.django_db


def cards_of(user: User) -> dict[str, Card]:
    request = RequestFactory().get("/")
    request.user = user
    return {card.key: card for card in home.cards(request)}


def nav_of(user: User) -> list[str]:
    request = RequestFactory().get("/")
    request.user = user
    return [item.route.partition(":")[2] for item in home.NAV if item.visible(request)]


def test_the_navigation_follows_the_roles(cast: Cast) -> None:
    assert nav_of(cast.ana) == ["own_exams", "results"]
    assert nav_of(cast.ivo) == ["sittings"]
    assert nav_of(cast.author) == ["exams"]
    assert nav_of(cast.admin) == ["exams", "sittings"]
    assert nav_of(cast.grader) == ["sittings"]


def test_a_student_sees_the_next_exam_first_with_the_way_in(cast: Cast) -> None:
    assert cards_of(cast.ana)["coming-exams"].empty
    taken = begin(cast, start=False)
    card = cards_of(cast.ana)["next-sitting"]
    assert card.is_next
    assert card.lead == "Chemistry, Tuesday"
    assert card.actions[0].url == f"/sittings/{taken.sitting_id}/lobby/"
    assert "next-sitting" not in cards_of(cast.olga)


def test_a_working_student_is_asked_to_go_on(running: Taking) -> None:
    card = cards_of(running.cast.ana)["next-sitting"]
    assert "Go on" in str(card.actions[0].label)
    assert card.countdown_to is None


def test_an_attempt_that_is_over_waits_among_the_results(running: Taking) -> None:
    attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason="End")
    cards = cards_of(running.cast.ana)
    assert "next-sitting" not in cards
    (row,) = cards["results"].rows
    assert str(row.chip) == "Not released yet"
    assert row.url == f"/attempts/{running.attempt_id}/receipt/"


def test_staff_see_the_sittings_of_their_classes_and_what_is_to_be_released(
    running: Taking,
) -> None:
    cast = running.cast
    (row,) = cards_of(cast.ivo)["sittings"].rows
    assert row.url == f"/sittings/{running.sitting_id}/"
    assert "grading" not in cards_of(cast.grader)
    for student in (cast.ana, cast.ben):
        end(running, student)
    sittings.move_due_sittings()
    grading.grade_attempt(running.attempt_id)
    (row,) = cards_of(cast.grader)["grading"].rows
    assert row.url == f"/sittings/{running.sitting_id}/results/"
    assert "grading" not in cards_of(cast.ivo)


@pytest.mark.parametrize(("waits", "word"), [(False, "Graded"), (True, "Needs a person")])
def test_a_sitting_is_not_called_graded_while_a_paper_needs_a_person(
    running: Taking, *, waits: bool, word: str
) -> None:
    end(running, running.cast.ana)
    grading.grade_attempt(running.attempt_id)
    Result.objects.update(needs_person=waits)
    Sitting.objects.update(state=SittingState.GRADED)
    (row,) = cards_of(running.cast.grader)["grading"].rows
    assert row.chip == word


def end(running: Taking, student: User) -> None:
    from datetime import timedelta  # noqa: PLC0415 one helper alone needs it

    from exams.selectors.attempts import attempt_of  # noqa: PLC0415
    from exams.tests.conftest import shift  # noqa: PLC0415

    shift(attempt_of(running.sitting_id, student.pk), timedelta(hours=-3))
    attempts.expire_due()


def test_an_exam_that_waits_for_this_person_comes_first(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    approved_exam(cast)
    for who in (cast.admin, cast.author):
        (row,) = cards_of(who)["exams"].rows
        assert row.title == "Draft exam"


def test_the_home_page_draws_every_card(running: Taking) -> None:
    draft_exam(running.cast)
    for who in (running.cast.ana, running.cast.ivo, running.cast.admin, running.cast.author):
        page_of(client_of(who).get("/"))
