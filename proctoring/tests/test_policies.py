from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps

from exams.errors import AttemptUnknown, SittingUnknown
from exams.policies import may_read_answer_file
from exams.selectors.sittings import sitting_view
from exams.tests.conftest import schedule
from exams.tests.pages import client_of, page_of
from proctoring.errors import NotAllowed
from proctoring.models import Assignment
from proctoring.policies import own_attempt, watch_of, watchable_among, watchable_sittings
from proctoring.tests.stage import Stage


def test_invigilators_command_and_only_leaders_lead(stage: Stage) -> None:
    ivo = watch_of(stage.cast.ivo.pk, stage.sitting)
    assert (ivo.can_command, ivo.can_lead) == (True, False)
    cleo = watch_of(stage.chief.pk, stage.sitting)
    assert (cleo.can_command, cleo.can_lead) == (True, True)
    assert cleo.max_extra > ivo.max_extra


@pytest.mark.parametrize("who", ["ana", "ben", "olga", "author", "grader"])
def test_nobody_else_may_watch(stage: Stage, who: str) -> None:
    user = getattr(stage.cast, who)
    with pytest.raises(NotAllowed):
        watch_of(user.pk, stage.sitting)
    assert watchable_sittings(user.pk) == []


def test_once_somebody_is_assigned_only_they_and_the_leaders_watch(stage: Stage) -> None:
    Assignment.objects.create(sitting_id=stage.sitting, invigilator=stage.chief)
    with pytest.raises(NotAllowed):
        watch_of(stage.cast.ivo.pk, stage.sitting)
    Assignment.objects.create(sitting_id=stage.sitting, invigilator=stage.cast.ivo)
    assert watch_of(stage.cast.ivo.pk, stage.sitting).can_command
    assert [one.id for one in watchable_sittings(stage.cast.ivo.pk)] == [stage.sitting]


def test_an_unknown_sitting_is_unknown(stage: Stage) -> None:
    with pytest.raises(SittingUnknown):
        watch_of(stage.cast.ivo.pk, stage.sitting + 999)


def test_an_attempt_opens_to_its_own_candidate_only(stage: Stage) -> None:
    assert own_attempt(stage.cast.ana.pk, stage.ana).sitting_id == stage.sitting
    for stranger in (stage.cast.ben, stage.cast.ivo, stage.cast.olga):
        with pytest.raises(AttemptUnknown) as refusal:
            own_attempt(stranger.pk, stage.ana)
        assert refusal.value.data == {"attempt": stage.ana}
    with pytest.raises(AttemptUnknown) as none:
        own_attempt(stage.cast.ben.pk, 10**9)
    assert none.value.data == {"attempt": 10**9}, "nobody learns which attempts there are"


def answer_file(stage: Stage) -> UUID:
    """Return a file that Ana gave as an answer."""
    made = apps.get_model("scanner.Upload").objects.create(
        owner=stage.cast.ana,
        purpose="answer",
        name="a.pdf",
        size=1,
        sha256="0" * 64,
        mime="application/pdf",
    )
    apps.get_model("exams.Answer").objects.create(
        attempt_id=stage.ana, question_id=1, seq=1, value={"upload": str(made.pk)}
    )
    return UUID(str(made.pk))


def test_who_is_not_assigned_finds_the_sitting_nowhere(stage: Stage) -> None:
    """Not on the board alone: neither its page with the names, nor in lists, nor its files."""
    upload, ivo = answer_file(stage), client_of(stage.cast.ivo)
    page = f"/sittings/{stage.sitting}/"
    assert "Ana" in page_of(ivo.get(page))
    assert page in page_of(ivo.get("/sittings/"))
    assert page in page_of(ivo.get("/"))
    assert may_read_answer_file(stage.cast.ivo.pk, upload)
    Assignment.objects.create(sitting_id=stage.sitting, invigilator=stage.chief)
    assert ivo.get(page).status_code == HTTPStatus.FORBIDDEN
    assert page not in page_of(ivo.get("/sittings/"))
    assert page not in page_of(ivo.get("/"))
    assert not may_read_answer_file(stage.cast.ivo.pk, upload)
    assert may_read_answer_file(stage.chief.pk, upload)
    assert may_read_answer_file(stage.cast.grader.pk, upload)


def test_the_sittings_of_a_list_are_asked_at_once(
    stage: Stage, django_assert_max_num_queries: Any
) -> None:
    exam_id = sitting_view(stage.sitting).exam_id
    second = schedule(stage.cast, exam_id=exam_id)
    sittings = [sitting_view(stage.sitting), sitting_view(second)]
    with django_assert_max_num_queries(3):
        assert watchable_among(stage.cast.ivo.pk, sittings) == {one.id for one in sittings}
