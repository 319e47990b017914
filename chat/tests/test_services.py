import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from chat import selectors, services
from chat.domain import RoomKind
from chat.errors import (
    AttachmentRefused,
    HistoryNotEmpty,
    MessageNotFound,
    MessageRefused,
    ModerationNotAllowed,
    PostNotAllowed,
    ReasonNeeded,
    RoomNotFound,
)
from chat.models import Room
from chat.tests.acts import kinds, open_lobby, post
from chat.tests.cast import HOUR, MINUTE, School, model_of
from kernel.clock import now
from scanner.errors import UploadNotFound
from scanner.selectors import upload_status

pytestmark = pytest.mark.django_db


class TestPosting:
    def test_messages_are_numbered_without_gaps(self, school: School) -> None:
        assert [post(school, who).seq for who in (school.ana, school.ben, school.ivo)] == [1, 2, 3]

    def test_an_outsider_neither_posts_nor_learns_that_the_room_exists(
        self, school: School
    ) -> None:
        with pytest.raises(RoomNotFound):
            post(school, school.olga)
        assert kinds(school.room_id) == []

    def test_a_suspended_member_is_an_outsider(self, school: School) -> None:
        model_of("accounts.Membership").objects.filter(user=school.ana).update(suspended_at=now())
        with pytest.raises(RoomNotFound):
            post(school, school.ana)

    def test_an_auditor_reads_but_does_not_write(self, school: School) -> None:
        auditor = school.person("Kim Novak", "auditor", None)
        assert selectors.room_state(school.room_id, auditor.pk)[1].can_post is False
        with pytest.raises(PostNotAllowed):
            post(school, auditor)

    def test_a_student_does_not_find_the_staff_room(self, school: School) -> None:
        assert post(school, school.ivo, room_id=school.staff_room_id).seq == 1
        with pytest.raises(RoomNotFound):
            post(school, school.ana, room_id=school.staff_room_id)

    def test_sending_again_returns_the_first_line_and_takes_no_number(self, school: School) -> None:
        client_id = uuid.uuid4()
        first = post(school, school.ana, client_id=client_id)
        second = post(school, school.ana, "other words", client_id=client_id)
        assert (second.seq, second.at, second.again) == (first.seq, first.at, True)
        assert post(school, school.ana).seq == first.seq + 1

    def test_the_same_client_id_of_two_people_is_two_messages(self, school: School) -> None:
        client_id = uuid.uuid4()
        assert post(school, school.ana, client_id=client_id).seq == 1
        assert post(school, school.ben, client_id=client_id).seq == 2

    def test_sending_again_after_the_lock_tells_that_it_is_in(self, school: School) -> None:
        client_id = uuid.uuid4()
        first = post(school, school.ana, client_id=client_id)
        open_lobby(school.sitting(school.ana))
        assert post(school, school.ana, client_id=client_id).seq == first.seq

    def test_an_empty_message_is_refused(self, school: School) -> None:
        with pytest.raises(MessageRefused):
            post(school, school.ana, " \u200c\n ")

    def test_a_post_costs_few_statements(
        self, school: School, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(7):  # savepoint 2, post 1, what is published 3
            post(school, school.ana)


class TestAttachments:
    def upload(self, owner: Any, **more: Any) -> Any:
        values = {
            "owner": owner,
            "purpose": "chat",
            "name": "notes.pdf",
            "size": 9,
            "sha256": "0" * 64,
            "mime": "application/pdf",
            **more,
        }
        return model_of("scanner.Upload").objects.create(**values)

    def test_a_file_that_waits_for_its_check_is_shown_as_such(self, school: School) -> None:
        upload = self.upload(school.ana)
        seq = post(school, school.ana, "", attachment_id=upload.pk).seq
        attachment = selectors.entry_of(school.room_id, seq).attachment
        assert attachment is not None
        assert (attachment.name, attachment.state) == ("notes.pdf", "quarantined")

    @pytest.mark.parametrize(
        "change",
        [{"purpose": "answer"}, {"state": "infected", "decided_at": now()}, {"owner": "ben"}],
    )
    def test_a_file_that_is_not_the_senders_or_not_sound_is_refused(
        self, school: School, change: dict[str, Any]
    ) -> None:
        owner = school.ben if change.pop("owner", None) else school.ana
        upload = self.upload(owner, **change)
        with pytest.raises(AttachmentRefused):
            post(school, school.ana, "see", attachment_id=upload.pk)

    def test_an_unknown_file_is_refused(self, school: School) -> None:
        with pytest.raises(AttachmentRefused):
            post(school, school.ana, "see", attachment_id=uuid.uuid4())

    def test_the_end_of_the_check_is_a_line_of_the_log(self, school: School) -> None:
        upload = self.upload(school.ana)
        seq = post(school, school.ana, "", attachment_id=upload.pk).seq
        model_of("scanner.Upload").objects.filter(pk=upload.pk).update(
            state="clean", decided_at=now()
        )
        services.note_attachment(upload_id=upload.pk)
        _, state = selectors.room_state(school.room_id, school.ben.pk, since=seq)
        (change,) = state.entries
        assert change.target == seq
        assert change.attachment is not None
        assert change.attachment.state == "clean"

    def test_members_may_read_the_file_and_outsiders_and_the_sealed_may_not(
        self, school: School
    ) -> None:
        upload = self.upload(school.ivo)
        assert not selectors.may_read_attachment(school.ana.pk, upload.pk)
        post(school, school.ivo, "", attachment_id=upload.pk)
        assert selectors.may_read_attachment(school.ana.pk, upload.pk)
        assert not selectors.may_read_attachment(school.olga.pk, upload.pk)
        open_lobby(school.sitting(school.ana))
        assert not selectors.may_read_attachment(school.ana.pk, upload.pk)
        assert selectors.may_read_attachment(school.ben.pk, upload.pk)

    def test_who_is_sealed_cannot_open_a_file_of_their_own(self, school: School) -> None:
        upload = self.upload(school.ana)
        assert upload_status(upload.pk, school.ana.pk).card.id == upload.pk
        open_lobby(school.sitting(school.ana))
        with pytest.raises(UploadNotFound):
            upload_status(upload.pk, school.ana.pk)


class TestModeration:
    def test_a_removed_message_is_kept_for_staff_and_audited(self, school: School) -> None:
        seq = post(school, school.ana, "rude").seq
        services.remove_message(
            room_id=school.room_id, seq=seq, moderator_id=school.ivo.pk, reason="rude words"
        )
        entry = selectors.entry_of(school.room_id, seq)
        assert (entry.removed, entry.body) == (True, "")
        revealed = services.reveal_message(
            room_id=school.room_id, seq=seq, moderator_id=school.ivo.pk
        )
        assert revealed == "rude"
        actions = model_of("kernel.AuditEntry").objects.order_by("position")
        assert list(actions.values_list("action", flat=True)) == [
            "chat.message_removed",
            "chat.removed_message_viewed",
        ]

    def test_removing_twice_has_no_effect(self, school: School) -> None:
        seq = post(school, school.ana).seq
        for _ in range(2):
            services.remove_message(
                room_id=school.room_id, seq=seq, moderator_id=school.ivo.pk, reason="twice"
            )
        assert kinds(school.room_id) == ["text", "system"]

    def test_a_student_cannot_moderate(self, school: School) -> None:
        seq = post(school, school.ben).seq
        with pytest.raises(ModerationNotAllowed):
            services.remove_message(
                room_id=school.room_id, seq=seq, moderator_id=school.ana.pk, reason="no"
            )
        with pytest.raises(ModerationNotAllowed):
            services.reveal_message(room_id=school.room_id, seq=seq, moderator_id=school.ana.pk)

    def test_an_outsider_finds_nothing_to_moderate(self, school: School) -> None:
        seq = post(school, school.ben).seq
        with pytest.raises(RoomNotFound):
            services.remove_message(
                room_id=school.room_id, seq=seq, moderator_id=school.olga.pk, reason="no"
            )

    def test_a_removal_needs_a_reason_and_a_message(self, school: School) -> None:
        seq = post(school, school.ana).seq
        with pytest.raises(ReasonNeeded):
            services.remove_message(
                room_id=school.room_id, seq=seq, moderator_id=school.ivo.pk, reason="  "
            )
        with pytest.raises(MessageNotFound):
            services.remove_message(
                room_id=school.room_id, seq=99, moderator_id=school.ivo.pk, reason="gone"
            )


class TestReading:
    def test_the_marker_moves_forward_only_and_not_beyond_the_log(self, school: School) -> None:
        for _ in range(3):
            post(school, school.ben)
        marks = [
            services.mark_read(room_id=school.room_id, user_id=school.ana.pk, seq=seq)
            for seq in (2, 1, 99)
        ]
        assert marks == [2, 2, 3]
        assert selectors.rooms_of(school.ana.pk)[0].unread == 0

    def test_own_messages_are_never_unread(self, school: School) -> None:
        post(school, school.ana)
        assert selectors.rooms_of(school.ana.pk)[0].unread == 0
        assert selectors.rooms_of(school.ben.pk)[0].unread == 1


class TestRooms:
    def test_a_room_is_made_once(self, school: School) -> None:
        again = services.ensure_room(class_id=school.maths.pk, kind=RoomKind.CLASS)
        assert again == school.room_id

    def test_two_codes_with_one_slug_are_two_rooms(self, school: School) -> None:
        groups = [school.class_group(code, code) for code in ("x y", "x-y")]
        rooms = {services.ensure_room(class_id=g.pk, kind=RoomKind.CLASS) for g in groups}
        assert len(rooms) == 2

    def test_rooms_of_a_person_are_made_when_first_needed(self, school: School) -> None:
        group = school.class_group("10-D", "History 10 D")
        school.join(school.ana, "student", group)
        services.ensure_rooms_of(user_id=school.ana.pk)
        titles = [card.title for card in selectors.rooms_of(school.ana.pk)]
        assert titles == ["History 10 D", "Mathematics 10 A"]


class TestImport:
    def test_a_past_conversation_fills_an_empty_room(self, school: School) -> None:
        lines = [
            services.PastLine(school.ben.pk, "second", now() - MINUTE),
            services.PastLine(school.ana.pk, "first", now() - HOUR),
        ]
        assert services.import_conversation(room_id=school.room_id, lines=lines) == 2
        _, state = selectors.room_state(school.room_id, school.ana.pk)
        assert [(entry.seq, entry.body) for entry in state.entries] == [(1, "first"), (2, "second")]
        assert post(school, school.ana).seq == 3

    def test_a_room_with_a_log_takes_no_past(self, school: School) -> None:
        open_lobby(school.sitting(school.ana))
        with pytest.raises(HistoryNotEmpty):
            services.import_conversation(
                room_id=school.room_id, lines=[services.PastLine(school.ana.pk, "x", now())]
            )


@pytest.mark.django_db(transaction=True)
def test_one_client_id_from_eight_threads_is_one_message() -> None:
    school = School()
    ids = [uuid.uuid4() for _ in range(25)]

    def send(client_id: uuid.UUID) -> int:
        try:
            return post(school, school.ana, client_id=client_id).seq
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        seqs = list(pool.map(send, [one for one in ids for _ in range(8)]))
    assert len(set(seqs)) == len(ids)
    assert kinds(school.room_id) == ["text"] * len(ids)
    assert Room.objects.get(pk=school.room_id).last_seq == len(ids)
