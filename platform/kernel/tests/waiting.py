"""Lets a test go on when another session waits for a lock: no sleeping, no guessing."""

from django.db import connection


def wait_until_blocked(count: int = 1) -> None:
    """Return when `count` sessions of this database wait for a lock."""
    sql = """SELECT count(*) FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    for _ in range(2000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_stat_clear_snapshot()"
            )  # else it stands still in a transaction
            cursor.execute(sql)
            ((waiting,),) = cursor.fetchall()
        if waiting >= count:
            return
    raise AssertionError("nobody waits")
