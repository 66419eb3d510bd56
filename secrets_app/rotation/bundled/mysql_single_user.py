"""A rotation function for MySQL and MariaDB: the user changes its own password."""

from collections.abc import Mapping

from . import single_user
from .mysql import MySQL


def lambda_handler(event: Mapping[str, str], _context: object) -> None:
    single_user.rotate(MySQL(), event)
