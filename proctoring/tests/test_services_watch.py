from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from exams.services.attempts import terminate_attempt
from kernel import clock
from proctoring.errors import NotAllowed
from proctoring.models import WatchView
from proctoring.selectors import watcher_names
from proctoring.services.watch import VIEW_LIFE, end_silent_views, forget_attempt, keep_views
from proctoring.tests.stage import Stage


def look(stage: Stage, *attempts: int, tab: str = "tab", who: Any = None) -> None:
    viewer = who or stage.cast.ivo
    keep_views(viewer.pk, tab, attempts, sitting_id=stage.sitting)


def told(stage: Stage, attempt: int) -> list[list[str]]:
    return [message.names for _, message in stage.on(f"watch:{attempt}")]


def open_views() -> Iterable[tuple[int, str]]:
    views = WatchView.objects.filter(ended_at=None)
    return list(views.values_list("attempt_id", "connection_id").order_by("pk"))


def test_the_student_hears_who_looks_and_when_nobody_does(stage: Stage) -> None:
    look(stage, stage.ana)
    assert watcher_names(stage.ana) == ["Ivo"]
    look(stage)
    assert told(stage, stage.ana) == [["Ivo"], []]


def test_looking_at_the_next_student_ends_looking_at_the_last(stage: Stage) -> None:
    look(stage, stage.ana)
    look(stage, stage.ben)
    assert open_views() == [(stage.ben, "tab")]
    assert (told(stage, stage.ana), told(stage, stage.ben)) == ([["Ivo"], []], [["Ivo"]])


def test_what_one_tab_does_leaves_the_looks_of_the_other_tab(stage: Stage) -> None:
    look(stage, stage.ana, tab="one")
    look(stage, stage.ana, tab="two")
    look(stage, tab="two")
    assert open_views() == [(stage.ana, "one")]
    assert told(stage, stage.ana)[-1] == ["Ivo"]


def test_a_look_that_goes_on_stays_one_line_and_is_told_once(stage: Stage) -> None:
    look(stage, stage.ana)
    (first,) = WatchView.objects.all()
    look(stage, stage.ana)
    (still,) = WatchView.objects.all()
    assert still.pk == first.pk
    assert still.seen_at > first.seen_at
    assert told(stage, stage.ana) == [["Ivo"]]


def test_a_student_of_another_sitting_cannot_be_looked_at(stage: Stage) -> None:
    for attempt, sitting in ((stage.ana, stage.sitting + 1), (10**9, stage.sitting)):
        with pytest.raises(NotAllowed):
            keep_views(stage.cast.ivo.pk, "tab", [attempt], sitting_id=sitting)
    assert not WatchView.objects.exists()


def age(seconds: float) -> datetime:
    """Let every open view be this old."""
    at = clock.now() - timedelta(seconds=seconds)
    WatchView.objects.update(started_at=at - timedelta(minutes=5), seen_at=at)
    return at


def test_the_looks_of_a_killed_process_end_when_it_last_spoke_of_them(stage: Stage) -> None:
    look(stage, stage.ana)
    at = age(VIEW_LIFE.total_seconds() + 1)
    assert end_silent_views() == 1
    assert WatchView.objects.get().ended_at == at
    assert told(stage, stage.ana) == [["Ivo"], []]


def test_looks_that_go_on_are_not_swept(stage: Stage) -> None:
    look(stage, stage.ana)
    age(VIEW_LIFE.total_seconds() - 5)
    assert end_silent_views() == 0
    assert watcher_names(stage.ana) == ["Ivo"]


def test_a_look_that_was_swept_too_early_begins_again(stage: Stage) -> None:
    look(stage, stage.ana)
    age(VIEW_LIFE.total_seconds() + 1)
    end_silent_views()
    look(stage, stage.ana)
    assert told(stage, stage.ana) == [["Ivo"], [], ["Ivo"]]


def test_no_look_is_opened_at_an_attempt_that_is_over(stage: Stage) -> None:
    look(stage, stage.ana)
    terminate_attempt(stage.ana, actor_id=stage.chief.pk, reason="Over")
    forget_attempt(stage.ana)
    look(stage, stage.ana, stage.ben)
    assert open_views() == [(stage.ben, "tab")]
    assert WatchView.objects.filter(attempt_id=stage.ana).count() == 1
