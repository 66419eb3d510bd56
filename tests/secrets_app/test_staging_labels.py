"""Who carries what. Facts: api.md 4.4."""

import json
from datetime import timedelta
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import InvalidParameterException, LimitExceededException
from secrets_app.models import AuditEvent

pytestmark = pytest.mark.django_db


def token(letter: str) -> str:
    return letter * 32


def put(call: Call, letter: str, **more: Any) -> None:
    operations.put_secret_value(
        call, secret_id="s", client_request_token=token(letter), secret_string=f"value {letter}", **more
    )


def labels(call: Call) -> dict[str, set[str]]:
    described = operations.describe_secret(call, secret_id="s")
    return {version[0]: set(found) for version, found in described.versions_to_stages.items()}


@pytest.fixture
def stored(call: Call) -> Call:
    operations.create_secret(call, name="s", client_request_token=token("a"), secret_string="value a")
    return call


def test_awscurrent_leaves_awsprevious_behind(stored: Call) -> None:
    put(stored, "b")
    put(stored, "c")

    assert labels(stored) == {"c": {"AWSCURRENT"}, "b": {"AWSPREVIOUS"}}


def test_first_version_gets_awscurrent_whatever_was_asked(call: Call) -> None:
    """Documented: the first version of a secret is AWSCURRENT."""
    operations.create_secret(call, name="s", client_request_token=token("z"))
    put(call, "a", version_stages=["MINE"])

    assert labels(call) == {"a": {"AWSCURRENT", "MINE"}}


def test_explicit_labels_leave_the_current_version_current(stored: Call) -> None:
    put(stored, "b", version_stages=["ONE", "TWO"])
    put(stored, "c", version_stages=["ONE"])

    assert labels(stored) == {"a": {"AWSCURRENT"}, "b": {"TWO"}, "c": {"ONE"}}


def test_awspending_vanishes_when_a_new_value_becomes_current(stored: Call) -> None:
    """Recorded: v2 has AWSCURRENT and AWSPENDING; after a plain PutSecretValue it is AWSPREVIOUS only."""
    put(stored, "b", version_stages=["AWSCURRENT", "AWSPENDING"])
    put(stored, "c")

    assert labels(stored) == {"c": {"AWSCURRENT"}, "b": {"AWSPREVIOUS"}}


def test_moving_awscurrent_back_swaps_it_with_awsprevious(stored: Call) -> None:
    put(stored, "b")
    operations.update_secret_version_stage(
        stored,
        secret_id="s",
        version_stage="AWSCURRENT",
        move_to_version_id=token("a"),
        remove_from_version_id=token("b"),
    )

    assert labels(stored) == {"a": {"AWSCURRENT"}, "b": {"AWSPREVIOUS"}}


def test_label_held_elsewhere_asks_for_its_version(stored: Call) -> None:
    """Verified text (api.md 3)."""
    put(stored, "b")

    with pytest.raises(InvalidParameterException) as refused:
        operations.update_secret_version_stage(
            stored, secret_id="s", version_stage="AWSCURRENT", move_to_version_id=token("a")
        )

    assert refused.value.message == (
        f"The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version "
        f"{token('b')}, so you must explicitly reference that version in RemoveFromVersionId."
    )


def test_awscurrent_can_only_be_moved(stored: Call) -> None:
    with pytest.raises(InvalidParameterException):
        operations.update_secret_version_stage(
            stored, secret_id="s", version_stage="AWSCURRENT", remove_from_version_id=token("a")
        )

    assert labels(stored) == {"a": {"AWSCURRENT"}}


def test_twenty_first_label_is_refused_and_nothing_is_stored(stored: Call) -> None:
    put(stored, "b", version_stages=[f"L{number}" for number in range(19)])

    with pytest.raises(LimitExceededException):
        put(stored, "c", version_stages=["ONE-MORE", "AND-ANOTHER"])

    assert set(labels(stored)) == {"a", "b"}


def test_no_way_leads_past_twenty_labels(stored: Call) -> None:
    """AWSPREVIOUS counts as well. UpdateSecret once left a twenty-first behind."""
    put(stored, "b", version_stages=[f"L{number}" for number in range(19)])

    with pytest.raises(LimitExceededException):
        operations.update_secret(stored, secret_id="s", client_request_token=token("c"), secret_string="value c")

    assert set(labels(stored)) == {"a", "b"}


def test_unlabelled_version_is_listed_only_as_deprecated(stored: Call) -> None:
    """Recorded (api.md 4.5)."""
    put(stored, "b")
    put(stored, "c")
    listed = operations.list_secret_version_ids(stored, secret_id="s")
    all_of_them = operations.list_secret_version_ids(stored, secret_id="s", include_deprecated=True)

    assert [entry.version.version_id[0] for entry in listed.versions] == ["c", "b"]
    assert [entry.version.version_id[0] for entry in all_of_them.versions] == ["c", "b", "a"]
    assert all_of_them.versions[-1].staging_labels == []


def test_old_unlabelled_versions_are_pruned_at_a_hundred(stored: Call) -> None:
    """Documented: outdated versions go when there are more than 100, none younger than 24 hours."""
    for number in range(99):
        operations.put_secret_value(
            stored, secret_id="s", client_request_token=f"{number:032}", secret_string=str(number)
        )
    with pytest.raises(LimitExceededException):
        put(stored, "y")

    tomorrow = stored.again(stored.now + timedelta(hours=25))
    put(tomorrow, "z")

    listed = operations.list_secret_version_ids(tomorrow, secret_id="s", include_deprecated=True)
    assert listed.versions[0].version.version_id == token("z")
    assert token("a") not in [entry.version.version_id for entry in listed.versions]
    (told,) = AuditEvent.objects.filter(event_name="EndSecretVersionDelete")
    assert json.loads(told.request_parameters)["VersionId"] == token("a")
