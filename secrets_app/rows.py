"""Rows of raw statements as model instances: what the ORM would make of them, for a tenth of its time.

A statement selects `Columns.sql`; on SQLite, `Columns.sqlite`, which keeps Django's converters, written in Python, away
from dates, and leaves them to the C of fromisoformat. Instances are put together as Model.from_db() does, without its
signals, to which nobody here listens.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models.base import ModelState

from secrets_app.statements import Statement, current_database

M = TypeVar("M", bound=models.Model)


class Columns(Generic[M]):
    """All columns of a model under a table alias, and its instances from their values."""

    def __init__(self, model: type[M], alias: str) -> None:
        fields = list(model._meta.concrete_fields)
        self._model = model
        self._names = [field.attname for field in fields]
        self._makers = [(number, made) for number, field in enumerate(fields) if (made := _maker(field)) is not None]
        self.width = len(fields)
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self.sqlite = ", ".join(_undeclared(f'{alias}."{field.column}"', field) for field in fields)

    def select(self, rest: str) -> Statement:
        """rest: the statement from FROM on, made of our own names."""
        return Statement(f"SELECT {self.sql} {rest}", sqlite=f"SELECT {self.sqlite} {rest}")  # noqa: S608

    def instance(self, row: Sequence[Any], start: int = 0) -> M:
        """start: where in the row this model's columns begin."""
        values = list(row[start : start + self.width])
        for number, made in self._makers:
            if values[number] is not None:
                values[number] = made(values[number])
        instance = self._model.__new__(self._model)
        instance.__dict__.update(zip(self._names, values, strict=True))
        instance._state = state = ModelState()
        state.adding, state.db = False, "default"
        return instance

    def instance_or_none(self, row: Sequence[Any], start: int) -> M | None:
        """None where an outer join found none: then its first column, the primary key, is NULL."""
        return None if row[start] is None else self.instance(row, start)


def as_text(column: str) -> str:
    """On SQLite: the value of a date column as it is stored, past Django's converters."""
    return f"{column} || ''"


def moment(value: Any) -> datetime:
    """Aware, whichever way it came: text from SQLite, a naive datetime by Django's cursor, an aware one."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _undeclared(column: str, field: "models.Field[Any, Any]") -> str:
    if isinstance(field, models.DateField):  # a DateTimeField is one, too
        return as_text(column)
    return f"{column} + 0" if isinstance(field, models.BooleanField) else column


def _maker(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    if isinstance(field, models.DateTimeField):
        return moment
    if isinstance(field, models.DateField):
        return day
    if isinstance(field, models.BooleanField):
        return bool
    if isinstance(field, models.JSONField):
        return lambda value: field.from_db_value(value, None, current_database())  # type: ignore[arg-type]
    return None
