"""Accommodations as they are read: what stands, what stood, what a change would reach."""

from datetime import timedelta

from exams.domain.accommodation import Exemption
from exams.selectors.accommodations import (
    accommodations_of_student,
    preview_of,
    standing_of,
)
from exams.services.accommodations import end_accommodation
from exams.tests.conftest import Cast, Taking
from exams.tests.test_services_accommodations import give, plan


def test_what_was_ended_is_history_and_stands_no_more(cast: Cast) -> None:
    given = give(cast)
    assert set(standing_of(cast.institution.pk)) == {cast.ana.pk}
    assert standing_of(cast.institution.pk, [cast.ben.pk]) == {}
    end_accommodation(given, actor_id=cast.admin.pk, reason="Over")
    assert standing_of(cast.institution.pk) == {}
    assert [one.id for one in accommodations_of_student(cast.ana.pk)] == [given]


def test_a_preview_without_anything_shows_what_is_lost(running: Taking) -> None:
    give(running.cast, plan(25, Exemption.CAMERA))
    (seen,) = preview_of(running.cast.ana.pk, running.cast.institution.pk, None)
    assert not seen.changes, "she has started"
    assert seen.keeps_time
    assert seen.before.time_on(timedelta(minutes=60)) == timedelta(minutes=15)


def test_nobody_elses_candidacies_are_in_it(running: Taking) -> None:
    wanted = plan(25)
    assert (
        preview_of(
            running.cast.ivo.pk, running.cast.institution.pk, (wanted.adjustment, wanted.validity)
        )
        == []
    )
