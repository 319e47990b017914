from datetime import timedelta

import pytest

from exams.events import AttemptEnded, SittingOpened
from exams.services.early_ends import end_sitting
from exams.services.taking import take_lease
from kernel import clock
from proctoring.handlers import end_watching, note_connection, show_presence, show_sitting
from proctoring.models import Incident, LinkChange
from proctoring.policies import watch_of
from proctoring.selectors import wall_state, watcher_names
from proctoring.services.watch import keep_views
from proctoring.tests.stage import Stage
from realtime import presence
from realtime.events import PresenceChanged


def gone(user_id: int, attempt_id: int) -> PresenceChanged:
    return PresenceChanged(user_id, (attempt_id,), "unstable", clock.now())


def test_a_candidate_who_falls_silent_is_shown_and_the_attempt_is_untouched(stage: Stage) -> None:
    show_presence(gone(stage.cast.ana.pk, stage.ana))
    ((key, view),) = stage.on(f"wall:{stage.sitting}")
    assert (key, view.state) == (f"net:{stage.ana}", "unstable")


def test_an_invigilator_who_follows_an_attempt_is_not_its_candidate(stage: Stage) -> None:
    show_presence(gone(stage.cast.ivo.pk, stage.ana))
    assert stage.said == []


def test_presence_of_an_unknown_attempt_is_ignored(stage: Stage) -> None:
    show_presence(gone(stage.cast.ana.pk, stage.ana + 999))
    assert stage.said == []


def told(user_id: int, attempt_id: int, state: str) -> None:
    note_connection(PresenceChanged(user_id, (attempt_id,), state, clock.now()))


def test_a_lost_candidate_and_the_return_are_lines_of_the_log(stage: Stage) -> None:
    ana = stage.cast.ana.pk
    for state in ("online", "unstable", "online", "unstable", "lost", "lost", "online", "online"):
        told(ana, stage.ana, state)
    lost, back = LinkChange.objects.order_by("pk")
    assert (str(lost), str(back)) == ("connection lost", "connection back")
    assert [key for key, _ in stage.on(f"wall:{stage.sitting}")] == [
        f"link:{lost.pk}",
        f"link:{back.pk}",
    ]


def test_a_loss_stands_at_the_moment_it_began(stage: Stage) -> None:
    now = clock.now()
    note_connection(PresenceChanged(stage.cast.ana.pk, (stage.ana,), "lost", now))
    assert now - LinkChange.objects.get().at == timedelta(seconds=presence.GRACE_S)


def test_an_invigilator_who_leaves_is_no_line(stage: Stage) -> None:
    told(stage.cast.ivo.pk, stage.ana, "lost")
    told(stage.cast.olga.pk, stage.ana, "lost")
    assert not LinkChange.objects.exists()


def test_the_wall_hears_that_the_sitting_moved(stage: Stage) -> None:
    group = stage.cast.class_group
    show_sitting(SittingOpened(stage.sitting, group.institution_id, group.pk, locks_chat=True))
    ((key, view),) = stage.on(f"wall:{stage.sitting}")
    assert (key, view.state) == ("sitting:state", "running")


def test_the_wall_hears_of_an_early_end_and_when_it_was(stage: Stage) -> None:
    end_sitting(stage.sitting, actor_id=stage.chief.pk, reason="Alarm")
    views = [view for key, view in stage.on(f"wall:{stage.sitting}") if key == "sitting:state"]
    assert views[-1].state == "running", "until the last answer is in"
    assert views[-1].ended_early_at is not None
    assert wall_state(watch_of(stage.cast.ivo.pk, stage.sitting)).ended_early_at == (
        views[-1].ended_early_at
    )


@pytest.mark.django_db
def test_nobody_is_watched_after_the_end(stage: Stage) -> None:
    keep_views(stage.cast.ivo.pk, "tab", [stage.ana], sitting_id=stage.sitting)
    end_watching(
        AttemptEnded(stage.ana, stage.sitting, stage.cast.ana.pk, "submitted", clock.now())
    )
    assert watcher_names(stage.ana) == []


def test_another_device_during_the_exam_is_an_incident_and_a_reload_is_none(stage: Stage) -> None:
    ana = stage.cast.ana.pk
    take_lease(stage.ana, student_id=ana, device="test")
    assert not Incident.objects.exists()
    take_lease(stage.ana, student_id=ana, device="A telephone")
    incident = Incident.objects.get()
    assert (incident.kind, incident.attempt_id) == ("second_device", stage.ana)
