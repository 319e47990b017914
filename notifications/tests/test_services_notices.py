"""Writing, scheduling, undoing, cancelling; what is due; what follows its sitting."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.events import SittingClosed
from kernel import clock
from kernel.models import AuditEntry, OutboxEntry
from kernel.tests.machines import disagreements, moves_of_row
from notifications.domain.notice import Audience, AudienceKind, NoticeAction, NoticeState
from notifications.errors import (
    AudienceRefused,
    NoticeForbidden,
    NoticeMoved,
    NoticeUnknown,
    TextRefused,
    TimeRefused,
)
from notifications.handlers import cancel_notices_of_sitting
from notifications.models import Delivery, Notice
from notifications.selectors import notice_card
from notifications.services import deliveries, expansion, notices
from notifications.tests.cast import EN, FA, School
from notifications.tests.test_domain_notice import EXPECTED

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def state_of(notice_id: int) -> NoticeState:
    return notice_card(notice_id).state


def due(notice_id: int) -> None:
    """Let the notice's time come, and begin it."""
    Notice.objects.filter(pk=notice_id).update(send_at=clock.now())
    assert notices.start_due() == 1


# ── drafts ─────────────────────────────────────────────────────────────────────────────────


def test_a_draft_is_kept_as_written_and_can_be_written_anew(school: School) -> None:
    notice_id = school.saved(title="  First ", text_en=" Hello {name} ")
    card = notice_card(notice_id)
    assert (card.title, card.text_en, card.state) == ("First", "Hello {name}", NoticeState.DRAFT)
    again = notices.save_draft(
        actor_id=school.nora.pk, draft=school.draft(title="Second"), notice_id=notice_id
    )
    assert again == notice_id
    assert notice_card(notice_id).title == "Second"


@pytest.mark.parametrize("person", ["ana", "ivo"])
def test_only_those_who_may_send_write_drafts(school: School, person: str) -> None:
    with pytest.raises(NoticeForbidden):
        notices.save_draft(actor_id=getattr(school, person).pk, draft=school.draft())


def test_an_admin_of_another_school_sees_and_does_nothing(school: School) -> None:
    olga = School().nora
    notice_id = school.scheduled()
    with pytest.raises(NoticeForbidden):
        notices.save_draft(actor_id=olga.pk, draft=school.draft())
    for act in (notices.schedule, notices.return_to_draft, notices.cancel, notices.reopen):
        with pytest.raises(NoticeUnknown):
            act(notice_id, actor_id=olga.pk)
    with pytest.raises(NoticeUnknown):
        notices.send_test(notice_id, actor_id=olga.pk)
    assert state_of(notice_id) is NoticeState.SCHEDULED


def test_a_class_or_sitting_of_another_school_is_no_audience(school: School) -> None:
    other = School()
    foreign = other.sitting(clock.now() + DAY)
    for audience in (
        Audience(AudienceKind.CLASS, school.institution.pk, class_id=other.maths.pk),
        Audience(AudienceKind.SITTING, school.institution.pk, sitting_id=foreign.pk),
        Audience(AudienceKind.CLASS, school.institution.pk, class_id=10**9),
        Audience(AudienceKind.SITTING, school.institution.pk, sitting_id=10**9),
    ):
        with pytest.raises(NoticeForbidden):
            school.saved(audience=audience)


def test_an_audience_must_be_complete(school: School) -> None:
    at = school.institution.pk
    for audience in (
        Audience(AudienceKind.CLASS, at),
        Audience(AudienceKind.SITTING, at),
        Audience(AudienceKind.PERSON, at, person_id=school.ana.pk),
    ):
        with pytest.raises(AudienceRefused):
            school.saved(audience=audience)


def test_a_class_admin_writes_to_their_class_only(school: School) -> None:
    helper = school.person("Class admin", "admin", school.maths)
    notices.save_draft(actor_id=helper.pk, draft=school.draft())
    everybody = Audience(AudienceKind.ROLE, school.institution.pk)
    with pytest.raises(NoticeForbidden):
        notices.save_draft(actor_id=helper.pk, draft=school.draft(audience=everybody))


@pytest.mark.parametrize(
    ("texts", "reason", "language"),
    [
        ({"text_en": "", "text_fa": " "}, "empty", "en"),
        ({"text_en": "ok", "text_fa": "{nam}"}, "unknown_variable", "fa"),
        ({"text_en": "{exam}", "text_fa": ""}, "needs_sitting", "en"),
    ],
)
def test_a_text_is_refused_at_writing_with_its_language(
    school: School, texts: dict[str, str], reason: str, language: str
) -> None:
    with pytest.raises(TextRefused) as refusal:
        school.saved(**texts)
    data = refusal.value.data
    assert (data["reason"], data["language"]) == (reason, language)


def test_a_scheduled_notice_is_not_written_anew(school: School) -> None:
    notice_id = school.scheduled()
    with pytest.raises(NoticeMoved):
        notices.save_draft(
            actor_id=school.nora.pk, draft=school.draft(title="Other"), notice_id=notice_id
        )
    assert notice_card(notice_id).title == "Exam tomorrow"


# ── scheduling ─────────────────────────────────────────────────────────────────────────────


def test_at_once_leaves_time_to_undo(school: School) -> None:
    before = clock.now()
    notice_id = school.scheduled()
    card = notice_card(notice_id)
    assert card.send_at is not None
    assert card.send_at >= before + notices.UNDO_WINDOW
    assert notices.start_due() == 0
    notices.return_to_draft(notice_id, actor_id=school.nora.pk)
    with time_machine.travel(clock.now() + DAY):
        assert notices.start_due() == 0
    assert state_of(notice_id) is NoticeState.DRAFT


def test_a_lead_counts_back_from_the_start(school: School) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY)
    notice_id = school.scheduled(audience=school.to_sitting(sitting), text_en=EN, lead=DAY)
    card = notice_card(notice_id)
    assert card.send_at == sitting.starts_at - DAY
    assert card.expires_at == sitting.starts_at


def test_a_lead_needs_a_sitting(school: School) -> None:
    with pytest.raises(TimeRefused):
        school.saved(lead=DAY)


def test_a_time_that_has_passed_is_refused(school: School) -> None:
    soon = school.sitting(clock.now() + timedelta(hours=2))
    for changes in (
        {"send_at": clock.now() - timedelta(minutes=1)},
        {"audience": school.to_sitting(soon), "lead": DAY},
    ):
        notice_id = school.saved(**changes)
        with pytest.raises(TimeRefused):
            notices.schedule(notice_id, actor_id=school.nora.pk)
        assert state_of(notice_id) is NoticeState.DRAFT


def without_numbers(school: School) -> None:
    people = (school.ana, school.ben, school.sara)
    for person in people:
        person.phone_verified_at = None
        person.save()


def test_a_notice_that_would_reach_nobody_is_scheduled_only_when_that_is_wanted(
    school: School,
) -> None:
    without_numbers(school)
    notice_id = school.saved()
    with pytest.raises(AudienceRefused) as refused:
        notices.schedule(notice_id, actor_id=school.nora.pk)
    assert refused.value.data["reason"] == "nobody_reachable"
    assert state_of(notice_id) is NoticeState.DRAFT
    notices.schedule(notice_id, actor_id=school.nora.pk, even_for_nobody=True)
    assert state_of(notice_id) is NoticeState.SCHEDULED


def test_an_empty_audience_is_refused_in_any_case(school: School) -> None:
    for person in (school.ana, school.ben, school.sara):
        person.memberships.all().delete()
    notice_id = school.saved()
    for wanted in (False, True):
        with pytest.raises(AudienceRefused) as refused:
            notices.schedule(notice_id, actor_id=school.nora.pk, even_for_nobody=wanted)
        assert refused.value.data["reason"] == "empty"


def test_nobody_is_reminded_of_a_cancelled_sitting(school: School) -> None:
    sitting = school.sitting(clock.now() + DAY, state="cancelled")
    notice_id = school.saved(audience=school.to_sitting(sitting))
    with pytest.raises(TimeRefused):
        notices.schedule(notice_id, actor_id=school.nora.pk)


def test_an_empty_audience_is_refused(school: School) -> None:
    nobody = Audience(AudienceKind.ROLE, school.institution.pk, role="grader")
    notice_id = school.saved(audience=nobody)
    with pytest.raises(AudienceRefused):
        notices.schedule(notice_id, actor_id=school.nora.pk)


def test_each_move_writes_an_audit_line(school: School) -> None:
    notice_id = school.scheduled()
    notices.return_to_draft(notice_id, actor_id=school.nora.pk)
    notices.cancel(notice_id, actor_id=school.nora.pk, reason="not needed")
    notices.reopen(notice_id, actor_id=school.nora.pk)
    lines = AuditEntry.objects.filter(subject=f"notice:{notice_id}").order_by("position")
    assert [(line.action, line.reason) for line in lines] == [
        ("notice.scheduled", ""),
        ("notice.returned", ""),
        ("notice.cancelled", "not needed"),
        ("notice.reopened", ""),
    ]
    assert {line.actor_id for line in lines} == {school.nora.pk}


def test_scheduling_twice_changes_nothing(school: School) -> None:
    notice_id = school.scheduled()
    with pytest.raises(NoticeMoved):
        notices.schedule(notice_id, actor_id=school.nora.pk)
    assert AuditEntry.objects.filter(subject=f"notice:{notice_id}").count() == 1


# ── cancelling ─────────────────────────────────────────────────────────────────────────────


def test_a_cancelled_notice_is_never_sent(school: School) -> None:
    notice_id = school.scheduled()
    notices.cancel(notice_id, actor_id=school.nora.pk)
    with time_machine.travel(clock.now() + DAY):
        assert notices.start_due() == 0
    assert not Delivery.objects.exists()


def test_cancelling_while_sending_stops_the_rest(school: School) -> None:
    notice_id = school.scheduled()
    due(notice_id)
    expansion.expand(notice_id)
    notices.cancel(notice_id, actor_id=school.nora.pk)
    assert deliveries.send_batch(notice_id) == 0
    rows = Delivery.objects.filter(notice_id=notice_id)
    assert {(row.state, row.reason) for row in rows} == {("skipped", "cancelled")}
    with pytest.raises(NoticeMoved):
        notices.reopen(notice_id, actor_id=school.nora.pk)


def test_a_cancelled_sitting_cancels_its_reminders(school: School) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY)
    about = school.scheduled(audience=school.to_sitting(sitting), lead=DAY)
    other = school.scheduled()
    closed = SittingClosed(
        sitting_id=sitting.pk,
        institution_id=school.institution.pk,
        class_group_id=school.maths.pk,
        cancelled=False,
    )
    cancel_notices_of_sitting(closed)
    assert state_of(about) is NoticeState.SCHEDULED
    assert notices.cancel_for_sitting(sitting.pk) == 1
    assert (state_of(about), state_of(other)) == (NoticeState.CANCELLED, NoticeState.SCHEDULED)


# ── what is due ────────────────────────────────────────────────────────────────────────────


def test_what_is_due_is_begun_once(school: School) -> None:
    notice_id = school.scheduled(send_at=clock.now() + DAY)
    assert notices.start_due() == 0
    with time_machine.travel(clock.now() + DAY + timedelta(seconds=1)):
        assert notices.start_due() == 1
        assert notices.start_due() == 0
    assert state_of(notice_id) is NoticeState.EXPANDING
    [job] = OutboxEntry.objects.filter(task=notices.EXPAND_TASK)
    assert job.kwargs == {"notice_id": notice_id}


def test_a_reminder_follows_a_sitting_that_moves(school: School) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY)
    notice_id = school.scheduled(audience=school.to_sitting(sitting), text_en=EN, lead=DAY)
    move(sitting, timedelta(days=-1))
    notices.start_due()
    card = notice_card(notice_id)
    assert card.send_at == sitting.starts_at - DAY
    assert card.expires_at == sitting.starts_at


def test_reminders_that_wait_cost_one_query_together(school: School) -> None:
    for _notice in range(4):
        sitting = school.sitting(clock.now() + 3 * DAY)
        school.scheduled(audience=school.to_sitting(sitting), text_en=EN, lead=DAY)
    with CaptureQueriesContext(connection) as queries:
        notices.start_due()
    assert len(queries) == 2


def test_a_reminder_that_just_began_waits_for_a_sitting_that_moved_away(school: School) -> None:
    sitting = school.sitting(clock.now() + 2 * DAY)
    notice_id = school.scheduled(audience=school.to_sitting(sitting), text_en=EN, lead=DAY)
    with time_machine.travel(clock.now() + DAY + timedelta(seconds=5)):
        assert notices.start_due() == 1
        move(sitting, timedelta(days=7))
        assert expansion.expand(notice_id) == 0
    card = notice_card(notice_id)
    assert (card.state, card.send_at) == (NoticeState.SCHEDULED, sitting.starts_at - DAY)
    assert not Delivery.objects.exists()


def move(sitting: Any, by: timedelta) -> None:
    sitting.starts_at += by
    sitting.lobby_opens_at += by
    sitting.closes_at += by
    sitting.save()


# ── a test to oneself ──────────────────────────────────────────────────────────────────────


def test_a_test_goes_to_its_writer_alone_and_leaves_the_draft(school: School) -> None:
    sitting = school.sitting(clock.now() + DAY)
    notice_id = school.saved(audience=school.to_sitting(sitting), text_en=EN, text_fa=FA)
    with pytest.raises(AudienceRefused):
        notices.send_test(notice_id, actor_id=school.nora.pk)
    school.nora.phone, school.nora.phone_verified_at = "+442079460958", clock.now()
    school.nora.save()
    test_id = notices.send_test(notice_id, actor_id=school.nora.pk)
    assert expansion.expand(test_id) == 1
    deliveries.send_batch(test_id)
    [row] = Delivery.objects.all()
    assert row.recipient_id == school.nora.pk
    assert row.body.startswith("Nora Admin, Linear Algebra, final starts on ")
    assert state_of(notice_id) is NoticeState.DRAFT


def test_a_notice_moves_by_its_people_as_specified_and_not_otherwise(school: School) -> None:
    notice_id, nora = school.scheduled(), school.nora.pk
    acts: dict[NoticeAction, Callable[..., object]] = {
        NoticeAction.SCHEDULE: notices.schedule,
        NoticeAction.RETURN: notices.return_to_draft,
        NoticeAction.CANCEL: notices.cancel,
        NoticeAction.REOPEN: notices.reopen,
    }

    def act(action: NoticeAction) -> None:
        acts[action](notice_id, actor_id=nora)

    ask = moves_of_row(Notice.objects.filter(pk=notice_id), act)
    assert disagreements(ask, EXPECTED, actions=acts) == []
