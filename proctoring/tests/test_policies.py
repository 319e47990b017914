import pytest

from exams.errors import SittingUnknown
from proctoring.errors import NotAllowed
from proctoring.models import Assignment
from proctoring.policies import own_attempt, watch_of, watchable_sittings
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
        with pytest.raises(NotAllowed):
            own_attempt(stranger.pk, stage.ana)
