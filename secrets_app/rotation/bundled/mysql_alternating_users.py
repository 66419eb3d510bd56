"""A rotation function for MySQL and MariaDB: two users take turns; "masterarn" names a superuser's secret."""

from collections.abc import Mapping

from . import alternating_users
from .mysql import MySQL


def lambda_handler(event: Mapping[str, str], _context: object) -> None:
    alternating_users.rotate(MySQL(), event)
