"""SQLite's write-ahead log, moved into the database by the scheduler instead of inside somebody's request.

A checkpoint writes and syncs a thousand pages; a request that happens to do it waits tens of milliseconds. The web
workers only do it when nobody else has for a long time (wal_autocheckpoint in console/settings.py).
"""

from django.db import connection


def checkpoint() -> None:
    """As much as is possible without making anybody wait. Nothing to do on PostgreSQL, or inside a transaction."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
