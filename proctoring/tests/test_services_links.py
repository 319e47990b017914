from datetime import UTC, datetime

from exams.services.attempts import force_submit, pause_attempt
from kernel.clock import to_millis
from proctoring.domain.link import Link
from proctoring.models import LinkChange
from proctoring.services.links import note_link
from proctoring.tests.stage import Stage

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def test_a_loss_is_written_and_pushed_to_the_board_once(stage: Stage) -> None:
    view = note_link(stage.ana, Link.CAMERA, is_back=False, at=AT)
    assert note_link(stage.ana, Link.CAMERA, is_back=False, at=AT) is None
    assert view is not None
    assert (view.attempt, view.link, view.is_back, view.at) == (
        stage.ana,
        "camera",
        False,
        to_millis(AT),
    )
    assert stage.on(f"wall:{stage.sitting}") == [(f"link:{view.id}", view)]
    assert LinkChange.objects.count() == 1


def test_who_is_paused_is_still_at_work(stage: Stage) -> None:
    pause_attempt(stage.ana, actor_id=stage.cast.ivo.pk, reason="Fire alarm")
    assert note_link(stage.ana, Link.CONNECTION, is_back=False, at=AT)


def test_after_the_end_people_come_and_go_as_they_like(stage: Stage) -> None:
    force_submit(stage.ana, actor_id=stage.cast.ivo.pk, reason="Time")
    assert note_link(stage.ana, Link.CONNECTION, is_back=False, at=AT) is None
    assert not LinkChange.objects.exists()


def test_an_unknown_attempt_is_ignored(stage: Stage) -> None:
    assert note_link(stage.ana + 999, Link.CONNECTION, is_back=False, at=AT) is None
    assert stage.said == []
