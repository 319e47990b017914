"""Timetables: drafted, approved by a second person, superseded, turned into sittings once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from accounts.errors import Forbidden
from accounts.models import ClassGroup, User
from accounts.roles import Role
from exams.domain.timetable import TimetableState
from exams.errors import (
    DocumentInvalid,
    ExamFrozen,
    ReasonNeeded,
    SecondPersonNeeded,
    TimetableUnknown,
    TryAgain,
)
from exams.models import Attempt, Sitting, Timetable
from exams.queries import database_now
from exams.selectors.timetables import (
    approved_timetables,
    faults_of_timetable,
    planned_entries,
    timetable_view,
    timetables_of_institution,
)
from exams.services.moving import move_sitting, times_of
from exams.services.timetables import (
    approve_timetable,
    draft_timetable,
    return_to_draft,
    schedule_entries,
    send_to_review,
    write_timetable,
)
from exams.tests.conftest import Cast, approved_exam, give_role, person
from exams.tests.pages import draft_exam
from kernel import clock
from kernel.machine import IllegalMove
from kernel.models import AuditEntry


def entry(key: str = "a", days: int = 10, **changes: Any) -> dict[str, Any]:
    day = (clock.now().astimezone(UTC) + timedelta(days=days)).date().isoformat()
    one = {"id": key, "name": f"Exam {key}", "date": day, "from": "09:00", "to": "10:30"}
    return {**one, **changes}


def drafted(cast: Cast, *entries: dict[str, Any], group: ClassGroup | None = None) -> int:
    timetable_id = draft_timetable(
        (group or cast.class_group).pk, title="Winter", actor_id=cast.author.pk
    )
    document = {"zone": "UTC", "entries": list(entries)}
    write_timetable(timetable_id, title="Winter", document=document, actor_id=cast.author.pk)
    return timetable_id


def in_review(cast: Cast, *entries: dict[str, Any], group: ClassGroup | None = None) -> int:
    timetable_id = drafted(cast, *(entries or (entry(),)), group=group)
    send_to_review(timetable_id, actor_id=cast.author.pk)
    return timetable_id


def standing(cast: Cast, *entries: dict[str, Any], group: ClassGroup | None = None) -> int:
    timetable_id = in_review(cast, *entries, group=group)
    approve_timetable(timetable_id, actor_id=cast.admin.pk)
    return timetable_id


def state_of(timetable_id: int) -> TimetableState:
    return timetable_view(timetable_id).state


def test_it_stands_when_a_second_person_has_approved_it(cast: Cast) -> None:
    timetable_id = in_review(cast)
    assert approved_timetables([cast.class_group.pk]) == []
    approve_timetable(timetable_id, actor_id=cast.admin.pk)
    (seen,) = approved_timetables([cast.class_group.pk])
    assert (seen.id, seen.approved_by_id, seen.class_name) == (
        timetable_id,
        cast.admin.pk,
        "Class 10A",
    )
    actions = AuditEntry.objects.filter(subject=f"timetable:{timetable_id}").order_by("pk")
    assert [line.action for line in actions] == [
        "timetable.drafted",
        "timetable.written",
        "timetable.sent_to_review",
        "timetable.approved",
    ]


def test_nobody_approves_what_they_wrote_or_sent(cast: Cast) -> None:
    timetable_id = draft_timetable(cast.class_group.pk, title="x", actor_id=cast.admin.pk)
    document = {"zone": "UTC", "entries": [entry()]}
    write_timetable(timetable_id, title="x", document=document, actor_id=cast.admin.pk)
    send_to_review(timetable_id, actor_id=cast.author.pk)
    with pytest.raises(SecondPersonNeeded):
        approve_timetable(timetable_id, actor_id=cast.admin.pk)
    with pytest.raises(SecondPersonNeeded):
        approve_timetable(timetable_id, actor_id=cast.author.pk)
    for approver in (cast.admin, cast.author):
        with pytest.raises(IntegrityError), transaction.atomic():
            Timetable.objects.filter(pk=timetable_id).update(
                state="approved", approved_by=approver, approved_at=clock.now()
            )


def test_a_newer_one_supersedes_what_stood_in_the_same_moment(cast: Cast) -> None:
    first = standing(cast, entry("a"))
    second = in_review(cast, entry("a"), entry("b", 11))
    assert (state_of(first), timetable_view(second).version) == (TimetableState.APPROVED, 2)
    approve_timetable(second, actor_id=cast.admin.pk)
    assert (state_of(first), state_of(second)) == (
        TimetableState.SUPERSEDED,
        TimetableState.APPROVED,
    )
    line = AuditEntry.objects.filter(action="timetable.approved").latest("pk")
    assert line.data == {"replaces": [first]}


def test_a_new_draft_begins_with_what_stands(cast: Cast) -> None:
    standing(cast, entry("a"))
    copy = draft_timetable(cast.class_group.pk, title="", actor_id=cast.author.pk)
    assert [one["id"] for one in timetable_view(copy).document["entries"]] == ["a"]
    assert timetable_view(copy).title == "Class 10A"


def test_it_is_given_back_with_a_reason_and_written_again(cast: Cast) -> None:
    timetable_id = in_review(cast)
    with pytest.raises(ReasonNeeded):
        return_to_draft(timetable_id, actor_id=cast.admin.pk, reason=" ")
    with pytest.raises(ExamFrozen):
        write_timetable(
            timetable_id,
            title="x",
            document={"zone": "UTC", "entries": []},
            actor_id=cast.author.pk,
        )
    return_to_draft(timetable_id, actor_id=cast.admin.pk, reason="Monday is a holiday")
    seen = timetable_view(timetable_id)
    assert (seen.state, seen.returned_reason) == (TimetableState.DRAFT, "Monday is a holiday")
    send_to_review(timetable_id, actor_id=cast.author.pk)
    assert timetable_view(timetable_id).returned_reason == ""


def test_faults_hold_it_up_and_warnings_do_not(cast: Cast) -> None:
    exam_id, _ = draft_exam(cast)
    timetable_id = drafted(cast, entry("a"), entry("b"))
    faults = faults_of_timetable(timetable_view(timetable_id))
    assert [str(one) for one in faults.blocking] == ["entries[1]: overlaps (Exam a)"]
    with pytest.raises(DocumentInvalid):
        send_to_review(timetable_id, actor_id=cast.author.pk)
    fine = drafted(cast, entry("a", exam=exam_id))
    faults = faults_of_timetable(timetable_view(fine))
    assert [one.code for one in faults.warnings] == ["exam_not_approved"]
    send_to_review(fine, actor_id=cast.author.pk)


def test_a_room_of_another_class_is_told(cast: Cast) -> None:
    other = ClassGroup.objects.create(institution=cast.institution, code="10B", name="Class 10B")
    standing(cast, entry("a", rooms=["Hall"]), group=other)
    mine = drafted(cast, entry("a", rooms=["Hall"]))
    (warning,) = faults_of_timetable(timetable_view(mine)).warnings
    assert (warning.code, warning.detail) == ("room_taken", "Hall: Class 10B, Exam a")


def test_what_has_not_the_form_of_a_timetable_is_not_stored(cast: Cast) -> None:
    timetable_id = drafted(cast, entry())
    for wrong in ({"zone": "UTC"}, {"zone": "UTC", "entries": [{"id": "a"}]}):
        with pytest.raises(DocumentInvalid):
            write_timetable(timetable_id, title="x", document=wrong, actor_id=cast.author.pk)
    assert len(timetable_view(timetable_id).document["entries"]) == 1


def test_sittings_are_made_of_entries_with_approved_exams_once(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    draft_id, _ = draft_exam(cast)
    timetable_id = standing(
        cast,
        entry("a", exam=exam_id, minutes=60, rooms=["Hall"]),
        entry("b", 11, exam=draft_id),
        entry("c", 12),
        entry("d", -3, exam=exam_id),
    )
    (made,) = schedule_entries(timetable_id, actor_id=cast.admin.pk)
    sitting = Sitting.objects.get(pk=made)
    assert (sitting.title, sitting.duration, sitting.rooms) == (
        "Exam a",
        timedelta(minutes=60),
        ["Hall"],
    )
    assert Attempt.objects.filter(sitting=sitting).count() == 2
    assert schedule_entries(timetable_id, actor_id=cast.admin.pk) == []
    assert Sitting.objects.count() == 1


def test_an_entry_keeps_its_sitting_in_the_next_version(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    first = standing(cast, entry("a", exam=exam_id))
    (made,) = schedule_entries(first, actor_id=cast.admin.pk)
    second = standing(cast, entry("a", exam=exam_id), entry("b", 12, exam=exam_id))
    with pytest.raises(IllegalMove):
        schedule_entries(first, actor_id=cast.admin.pk)
    (new,) = schedule_entries(second, actor_id=cast.admin.pk)
    planned = planned_entries(timetable_view(second), database_now())
    assert [(one.sitting_id, one.moved, one.can_schedule) for one in planned] == [
        (made, False, False),
        (new, False, False),
    ]
    sitting = Sitting.objects.get(pk=new)
    times = times_of(sitting)
    later = type(times)(
        times.lobby_opens_at + timedelta(hours=1),
        times.starts_at + timedelta(hours=1),
        times.closes_at + timedelta(hours=1),
        times.duration,
    )
    move_sitting(new, times=later, actor_id=cast.admin.pk)
    planned = planned_entries(timetable_view(second), database_now())
    assert [one.moved for one in planned] == [False, True]


def test_all_sittings_are_made_or_none(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sittings would get the same code, which the database refuses: neither stays."""
    exam_id = approved_exam(cast)
    timetable_id = standing(cast, entry("a", exam=exam_id), entry("b", 11, exam=exam_id))
    monkeypatch.setattr("exams.services.scheduling.CODE_LETTERS", "A")
    with pytest.raises(IntegrityError), transaction.atomic():
        schedule_entries(timetable_id, actor_id=cast.admin.pk)
    assert not Sitting.objects.exists()


@pytest.mark.parametrize("who", ["ivo", "grader", "ana", "olga"])
def test_outsiders_do_nothing_with_it(cast: Cast, who: str) -> None:
    actor_id = getattr(cast, who).pk
    timetable_id = in_review(cast)
    acts: list[Callable[[], object]] = [
        lambda: draft_timetable(cast.class_group.pk, title="x", actor_id=actor_id),
        lambda: return_to_draft(timetable_id, actor_id=actor_id, reason="x"),
        lambda: approve_timetable(timetable_id, actor_id=actor_id),
        lambda: schedule_entries(timetable_id, actor_id=actor_id),
        lambda: send_to_review(timetable_id, actor_id=actor_id),
        lambda: write_timetable(
            timetable_id,
            title="x",
            document={"zone": "UTC", "entries": []},
            actor_id=actor_id,
        ),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()
    assert state_of(timetable_id) is TimetableState.IN_REVIEW


def test_an_author_neither_approves_nor_schedules(cast: Cast) -> None:
    writer = person(cast.institution, "Writer")
    give_role(writer, Role.AUTHOR)
    timetable_id = in_review(cast)
    with pytest.raises(Forbidden):
        approve_timetable(timetable_id, actor_id=writer.pk)
    approve_timetable(timetable_id, actor_id=cast.admin.pk)
    with pytest.raises(Forbidden):
        schedule_entries(timetable_id, actor_id=writer.pk)


def test_one_that_is_not_there_is_unknown(cast: Cast) -> None:
    with pytest.raises(TimetableUnknown):
        approve_timetable(10**9, actor_id=cast.admin.pk)
    with pytest.raises(TimetableUnknown):
        timetable_view(10**9)
    assert timetables_of_institution(cast.institution.pk) == []


def second_admin(cast: Cast) -> User:
    other = person(cast.institution, "Second")
    give_role(other, Role.ADMIN)
    return other


def together(acts: Sequence[Callable[[], object]]) -> list[object]:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return act()
        except (IllegalMove, TryAgain) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_counts(cast: Cast) -> None:
    other = second_admin(cast)
    for _ in range(3):
        timetable_id = in_review(cast)
        done = together(
            [
                lambda pk=timetable_id: approve_timetable(pk, actor_id=cast.admin.pk),  # type: ignore[misc] # bound now
                lambda pk=timetable_id: approve_timetable(pk, actor_id=other.pk),  # type: ignore[misc] # bound now
            ]
        )
        assert sorted(type(one).__name__ for one in done) == ["IllegalMove", "NoneType"]


@pytest.mark.django_db(transaction=True)
def test_of_two_timetables_approved_at_once_one_stands(cast: Cast) -> None:
    for _ in range(3):
        first, second = in_review(cast), in_review(cast)
        together(
            [
                lambda pk=first: approve_timetable(pk, actor_id=cast.admin.pk),  # type: ignore[misc] # bound now
                lambda pk=second: approve_timetable(pk, actor_id=cast.admin.pk),  # type: ignore[misc] # bound now
            ]
        )
        assert sorted([state_of(first), state_of(second)]) == ["approved", "superseded"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_schedule_at_once_one_makes_the_sittings(cast: Cast) -> None:
    other = second_admin(cast)
    timetable_id = standing(cast, entry("a", exam=approved_exam(cast)))
    done = together(
        [
            lambda: schedule_entries(timetable_id, actor_id=cast.admin.pk),
            lambda: schedule_entries(timetable_id, actor_id=other.pk),
        ]
    )
    assert sorted(len(one) for one in done if isinstance(one, list)) == [0, 1]
    assert Sitting.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_drafts_that_are_begun_at_once_have_versions_of_their_own(cast: Cast) -> None:
    begin = [lambda: draft_timetable(cast.class_group.pk, title="x", actor_id=cast.author.pk)] * 4
    done = together(begin)
    begun = [one for one in done if isinstance(one, int)]
    versions = Timetable.objects.order_by("version").values_list("version", flat=True)
    assert list(versions) == list(range(1, len(begun) + 1))
    assert all(isinstance(one, int | TryAgain) for one in done)
    assert begun


def test_who_wrote_in_somebody_elses_draft_does_not_approve_it(cast: Cast) -> None:
    timetable_id = drafted(cast, entry())
    document = {"zone": "UTC", "entries": [entry("b")]}
    write_timetable(timetable_id, title="x", document=document, actor_id=cast.admin.pk)
    send_to_review(timetable_id, actor_id=cast.author.pk)
    assert timetable_view(timetable_id).author_ids == {cast.author.pk, cast.admin.pk}
    with pytest.raises(SecondPersonNeeded):
        approve_timetable(timetable_id, actor_id=cast.admin.pk)
    approve_timetable(timetable_id, actor_id=second_admin(cast).pk)
