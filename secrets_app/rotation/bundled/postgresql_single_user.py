"""A rotation function for PostgreSQL: the user changes its own password."""

from collections.abc import Mapping

from . import single_user
from .postgresql import PostgreSQL


def lambda_handler(event: Mapping[str, str], _context: object) -> None:
    single_user.rotate(PostgreSQL(), event)
