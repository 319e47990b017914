"""The window of a sitting that was ended early ends with it: readers are told the true end.

The lock itself is released by the end of the last attempt, as ever (`is_busy`).
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("chat.migrations.0002_exam_windows").EXAM_WINDOW

EXAM_WINDOW = """
CREATE OR REPLACE VIEW chat_exam_window AS
-- One row for each sitting that may lock the chat now or later.
-- opens_at   planned start of the lock (lobby or start, by the sitting's policy)
-- ends_at    latest end any candidate can have, grace included; an upper bound of
--            exams.domain.deadline.close_of, and of every deadline already given; where the
--            sitting was ended early, that instant with the grace
-- has_begun  opened by hand or by the scheduler, whatever the plan said
-- is_busy    somebody still runs or is paused: the window stays open, however late it is
SELECT sitting.id AS sitting_id,
       sitting.title,
       CASE lock.wanted WHEN 'start' THEN sitting.starts_at ELSE sitting.lobby_opens_at END AS opens_at,
       CASE WHEN sitting.ended_early_at IS NULL
            THEN GREATEST(sitting.closes_at + allowance.longest + credit.shared + credit.longest,
                          attempts.last_deadline)
            ELSE sitting.ended_early_at
       END + sitting.grace AS ends_at,
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


class Migration(migrations.Migration):
    dependencies = [("chat", "0002_exam_windows"), ("exams", "0003_early_end")]

    operations = [
        migrations.RunSQL(
            EXAM_WINDOW, BEFORE.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")
        ),
    ]
