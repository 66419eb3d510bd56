"""Several machines that start at once on one PostgreSQL prepare it one after the other; the later ones find it done."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from . import checks

_LOCK = 0x5EC2E75  # of our own: any number that nothing else in this database takes


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """The lock is the session's, and gone with it at the latest. A file of SQLite's has one machine, and waits itself.

    Raises CannotStart.
    """
    if connection.vendor != "postgresql":
        yield
        return
    checks.database()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
