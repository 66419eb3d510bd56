"""A rotation function for PostgreSQL: two users take turns; "masterarn" names a superuser's secret."""

from collections.abc import Mapping

from . import alternating_users
from .postgresql import PostgreSQL


def lambda_handler(event: Mapping[str, str], _context: object) -> None:
    alternating_users.rotate(PostgreSQL(), event)
