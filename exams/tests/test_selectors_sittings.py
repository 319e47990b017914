"""Sittings with their counts, each list in one query."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from exams.domain.states import SittingState
from exams.errors import SittingUnknown
from exams.models import Attempt
from exams.selectors import sittings as selectors
from exams.services import attempts
from exams.services.early_ends import end_sitting
from exams.tests.conftest import Cast, Taking, schedule
from kernel.clock import to_millis


def test_one_sitting_with_its_counts(running: Taking) -> None:
    attempts.terminate_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Left")
    with CaptureQueriesContext(connection) as seen:
        view = selectors.sitting_view(running.sitting_id)
    assert len(seen) == 1
    assert (view.state, view.candidates, view.live, view.ended) == (SittingState.RUNNING, 2, 1, 1)
    assert view.started_at is not None
    assert view.policy.grace_s == 30
    with pytest.raises(SittingUnknown):
        selectors.sitting_view(10**9)


def test_lists_by_class_and_institution(cast: Cast, running: Taking) -> None:
    other = schedule(cast, Attempt.objects.all()[0].sitting.exam_id)
    mine = [cast.class_group.pk]
    assert {one.id for one in selectors.sittings_of_classes(mine)} == {running.sitting_id, other}
    scheduled = selectors.sittings_of_classes(mine, states=[SittingState.SCHEDULED])
    assert [one.id for one in scheduled] == [other]
    assert selectors.sittings_of_classes([10**9]) == []
    assert len(selectors.sittings_of_institution(cast.institution.pk)) == 2
    assert cast.olga.institution_id is not None
    assert selectors.sittings_of_institution(cast.olga.institution_id) == []


def test_who_ended_a_sitting_early_and_how_many_still_write(running: Taking) -> None:
    assert selectors.sitting_view(running.sitting_id).ended_early is None
    assert selectors.working_count(running.sitting_id) == 1
    admin = running.cast.admin.pk
    end_sitting(running.sitting_id, actor_id=admin, reason="Alarm")
    early = selectors.sitting_view(running.sitting_id).ended_early
    assert early is not None
    assert (early.by_id, early.role, early.reason) == (admin, Role.ADMIN, "Alarm")
    told = selectors.sitting_now(running.sitting_id).early_end
    assert told is not None
    assert (told.by, told.reason, told.at) == ("admin", "Alarm", to_millis(early.at))


def test_who_is_in_it(running: Taking) -> None:
    assert selectors.candidate_ids(running.sitting_id) == sorted(
        [running.cast.ana.pk, running.cast.ben.pk]
    )
    assert selectors.sitting_now(running.sitting_id).state == "running"
    with pytest.raises(SittingUnknown):
        selectors.sitting_now(10**9)
