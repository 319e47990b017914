"""The seam between chat and the tables it must judge by, kept inside the database.

The statement that posts a message has to know which sittings run now, who their candidates are
and who belongs to a room. Asking another app first and writing afterwards leaves a gap between
the two, so the question is part of the statement. These views and the function are the only place
where chat names columns of exams and accounts; PostgreSQL refuses to drop a column they use.
See docs/adr/0011-chat-lock.md.
"""

from django.db import migrations

ROOM_MEMBER = """
CREATE VIEW chat_room_member AS
-- Who may enter which room, as accounts.policies.can_enter_room and can_moderate_room say it (a
-- test walks every role and scope through both). An auditor reads only.
SELECT room.id AS room_id,
       member.user_id,
       bool_or(member.role <> 'student') AS is_staff,
       bool_or(member.role <> 'auditor') AS may_post,
       bool_or(member.role IN ('invigilator', 'chief_invigilator', 'admin')) AS may_moderate
  FROM chat_room AS room
  JOIN accounts_institution AS institution
    ON institution.id = room.institution_id AND institution.is_active
  JOIN accounts_classgroup AS class_group
    ON class_group.id = room.class_group_id AND class_group.is_active
  JOIN accounts_membership AS member
    ON member.institution_id = room.institution_id
   AND member.suspended_at IS NULL
   AND (member.class_group_id = room.class_group_id
        OR (member.class_group_id IS NULL AND member.role <> 'student'))
   AND (room.kind = 'class' OR member.role <> 'student')
  JOIN accounts_user AS person
    ON person.id = member.user_id AND person.is_active
 GROUP BY room.id, member.user_id
"""

EXAM_WINDOW = """
CREATE VIEW chat_exam_window AS
-- One row for each sitting that may lock the chat now or later.
-- opens_at   planned start of the lock (lobby or start, by the sitting's policy)
-- ends_at    latest end any candidate can have, grace included; an upper bound of
--            exams.domain.deadline.close_of, and of every deadline already given
-- has_begun  opened by hand or by the scheduler, whatever the plan said
-- is_busy    somebody still runs or is paused: the window stays open, however late it is
SELECT sitting.id AS sitting_id,
       sitting.title,
       CASE lock.wanted WHEN 'start' THEN sitting.starts_at ELSE sitting.lobby_opens_at END AS opens_at,
       GREATEST(sitting.closes_at + allowance.longest + credit.shared + credit.longest,
                attempts.last_deadline) + sitting.grace AS ends_at,
       sitting.state = 'running'
         OR (sitting.state = 'lobby' AND lock.wanted <> 'start')
         OR attempts.is_busy AS has_begun,
       attempts.is_busy
  FROM exams_sitting AS sitting
 CROSS JOIN LATERAL (
       SELECT COALESCE(sitting.policy ->> 'chat_lock', 'lobby') AS wanted) AS lock
 CROSS JOIN LATERAL (
       SELECT COALESCE(max(sitting.duration * candidate.extra_percent / 100.0
                           + COALESCE(candidate.extra_time, interval '0')), interval '0') AS longest
         FROM exams_candidate AS candidate
        WHERE candidate.sitting_id = sitting.id) AS allowance
 CROSS JOIN LATERAL (
       SELECT COALESCE(sum(one.extra) FILTER (WHERE one.attempt_id IS NULL), interval '0') AS shared,
              COALESCE(max(one.extra) FILTER (WHERE one.attempt_id IS NOT NULL), interval '0') AS longest
         FROM (SELECT ledger.attempt_id, sum(GREATEST(ledger.extra, interval '0')) AS extra
                 FROM exams_timegrant AS ledger
                WHERE ledger.sitting_id = sitting.id AND ledger.revoked_at IS NULL
                GROUP BY ledger.attempt_id) AS one) AS credit
 CROSS JOIN LATERAL (
       SELECT max(attempt.deadline) AS last_deadline,
              COALESCE(bool_or(attempt.state IN ('running', 'paused')), false) AS is_busy
         FROM exams_attempt AS attempt
        WHERE attempt.sitting_id = sitting.id) AS attempts
 WHERE lock.wanted <> 'never'
   AND (sitting.state IN ('scheduled', 'lobby', 'running')
        OR (sitting.state = 'closed' AND attempts.is_busy))
"""

LOCK_SET = """
CREATE VIEW chat_lock_set AS
-- The rooms a sitting locks: that of its class, and every class room with a candidate as member.
SELECT sitting.id AS sitting_id, room.id AS room_id
  FROM exams_sitting AS sitting
  JOIN chat_room AS room ON room.class_group_id = sitting.class_group_id AND room.kind = 'class'
 UNION
SELECT candidate.sitting_id, room.id
  FROM exams_candidate AS candidate
  JOIN accounts_membership AS member
    ON member.user_id = candidate.student_id
   AND member.class_group_id IS NOT NULL
   AND member.suspended_at IS NULL
  JOIN chat_room AS room ON room.class_group_id = member.class_group_id AND room.kind = 'class'
"""

EXAM_CANDIDATE = """
CREATE VIEW chat_exam_candidate AS
SELECT candidate.sitting_id, candidate.student_id FROM exams_candidate AS candidate
"""

IS_SEALED = """
CREATE FUNCTION chat_is_sealed(the_room uuid, person bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
-- Whether a sitting holds this room or this person at this very moment, scheduler or not.
-- VOLATILE on purpose: every query in the body then takes its own snapshot, and the clock is read
-- anew. An UPDATE that waited for the room's row asks again after the wait, and must not be
-- answered from what was true before it.
DECLARE
    moment CONSTANT timestamptz := clock_timestamp();
BEGIN
    RETURN EXISTS (
        SELECT FROM chat_exam_window AS w
         WHERE (w.has_begun OR w.opens_at <= moment)
           AND (w.is_busy OR moment < w.ends_at)
           AND (EXISTS (SELECT FROM chat_exam_candidate AS candidate
                         WHERE candidate.sitting_id = w.sitting_id
                           AND candidate.student_id = person)
                OR EXISTS (SELECT FROM chat_lock_set AS held
                            WHERE held.sitting_id = w.sitting_id AND held.room_id = the_room))
    ) OR EXISTS (
        SELECT FROM chat_roomlock AS taken
          JOIN chat_exam_candidate AS candidate
            ON candidate.sitting_id = taken.sitting_id AND candidate.student_id = person
         WHERE taken.released_at IS NULL
    );
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0001_initial"),
        ("accounts", "0001_initial"),
        ("exams", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(ROOM_MEMBER, "DROP VIEW chat_room_member"),
        migrations.RunSQL(EXAM_CANDIDATE, "DROP VIEW chat_exam_candidate"),
        migrations.RunSQL(EXAM_WINDOW, "DROP VIEW chat_exam_window"),
        migrations.RunSQL(LOCK_SET, "DROP VIEW chat_lock_set"),
        migrations.RunSQL(IS_SEALED, "DROP FUNCTION chat_is_sealed(uuid, bigint)"),
    ]
