import pytest

from proctoring.errors import NotAllowed
from proctoring.models import WatchView
from proctoring.selectors import watch_log, watcher_names
from proctoring.services.watch import forget_attempt, start_focus, stop_focus
from proctoring.tests.stage import Stage


def test_the_student_hears_who_looks_and_when_nobody_does(stage: Stage) -> None:
    start_focus(stage.cast.ivo.pk, stage.ana, sitting_id=stage.sitting)
    assert watcher_names(stage.ana) == ["Ivo"]
    stop_focus(stage.cast.ivo.pk)
    told = [message.names for _, message in stage.on(f"watch:{stage.ana}")]
    assert told == [["Ivo"], []]


def test_looking_at_the_next_student_ends_looking_at_the_last(stage: Stage) -> None:
    start_focus(stage.cast.ivo.pk, stage.ana, sitting_id=stage.sitting)
    start_focus(stage.cast.ivo.pk, stage.ben, sitting_id=stage.sitting)
    assert watcher_names(stage.ana) == []
    assert watcher_names(stage.ben) == ["Ivo"]
    assert WatchView.objects.filter(ended_at=None).count() == 1


def test_the_log_keeps_every_look_with_its_times(stage: Stage) -> None:
    start_focus(stage.cast.ivo.pk, stage.ana, sitting_id=stage.sitting)
    forget_attempt(stage.ana)
    (look,) = watch_log([stage.ana])
    assert look.viewer_name == "Ivo"
    assert look.ended_at is not None
    assert look.ended_at >= look.started_at


def test_a_student_of_another_sitting_cannot_be_looked_at(stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        start_focus(stage.cast.ivo.pk, stage.ana, sitting_id=stage.sitting + 1)
