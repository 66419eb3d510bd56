"""How the bundled functions connect: the secret's "ssl" decides (rotation.md 2.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.databases import Database

pytestmark = pytest.mark.live


@pytest.fixture
def trusted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLS_CA_FILE", str(database.tls.authority))


@pytest.fixture
def only_by_tls(database: Database) -> dict[str, Any]:
    """A user whom the server lets in by TLS alone."""
    user = database.new_user()
    database.require_tls(user)
    return user


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("tls", [{"ssl": True}, {"ssl": "true"}, {}, {"ssl": "perhaps"}])
def test_tls_is_used_where_the_secret_wants_it_or_leaves_it_open(
    database: Database, single: Any, only_by_tls: dict[str, Any], tls: dict[str, Any]
) -> None:
    value = {key: item for key, item in only_by_tls.items() if key != "ssl"}

    assert single({**value, **tls}).rotated().get("ssl") == tls.get("ssl")


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("tls", [False, "false"])
def test_tls_is_not_used_where_the_secret_forbids_it(
    database: Database, single: Any, only_by_tls: dict[str, Any], tls: object
) -> None:
    assert "accepts neither" in single({**only_by_tls, "ssl": tls}).refused()


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_password_where_tls_is_required(
    database: Database, single: Any
) -> None:
    reason = single({**database.new_user(), "ssl": True}).refused()

    assert "certificate verify failed" in reason


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_host_is_not_enough(database: Database, single: Any) -> None:
    reason = single({**database.new_user(), "host": "localhost", "ssl": True}).refused()

    assert "certificate" in reason


def test_without_tls_in_the_secret_plain_follows_when_tls_fails(database: Database, single: Any) -> None:
    value = {key: item for key, item in database.new_user().items() if key != "ssl"}

    assert database.lets_in(single(value).rotated())
