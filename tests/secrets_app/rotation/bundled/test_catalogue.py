"""The catalogue says of each bundled function what its module says of itself."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from secrets_app.rotation import bundled
from secrets_app.rotation.bundled import catalogue
from secrets_app.rotation.bundled.catalogue import CATALOGUE, Bundled
from secrets_app.rotation.bundled.mysql import MySQL
from secrets_app.rotation.bundled.postgresql import PostgreSQL


def test_every_function_is_in_it() -> None:
    with_handler = [
        path.stem for path in Path(bundled.__path__[0]).glob("*.py") if "lambda_handler(" in path.read_text()
    ]

    assert sorted(entry.module for entry in CATALOGUE) == sorted(with_handler)
    assert len({entry.name for entry in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.module)
def test_its_handler_can_be_called(entry: Bundled) -> None:
    module, _, function = entry.handler.partition(":")

    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.parametrize("database", [PostgreSQL, MySQL])
def test_engines_are_those_that_the_functions_accept(database: type[PostgreSQL] | type[MySQL]) -> None:
    for engine in database.engines:
        found = catalogue.for_engine(engine)
        assert [entry.strategy for entry in found] == ["single-user", "alternating-users"]
        assert all(entry.engines == database.engines for entry in found)


def test_other_engines_have_none() -> None:
    assert catalogue.for_engine("oracle") == []
    assert catalogue.for_engine("") == []
