"""CreateSecret, DescribeSecret, UpdateSecret, DeleteSecret and RestoreSecret."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from secrets_app import operations, versions
from secrets_app.call import Call
from secrets_app.errors import (
    AccessDeniedException,
    AwsError,
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    ResourceNotFoundException,
    ValidationException,
)
from secrets_app.models import AuditEvent, Secret

pytestmark = pytest.mark.django_db

A, B = "a" * 32, "b" * 32


def create(call: Call, name: str = "s", token: str = A, **more: Any) -> Any:
    return operations.create_secret(call, name=name, client_request_token=token, **more)


def test_created_secret_is_described(call: Call) -> None:
    create(call, description="d", secret_string="v", tags=[{"Key": "k", "Value": "v"}])

    described = operations.describe_secret(call, secret_id="s")

    assert described.secret.description == "d"
    assert described.versions_to_stages == {A: ["AWSCURRENT"]}
    assert [(tag.key, tag.value) for tag in described.tags] == [("k", "v")]


def test_name_arn_and_partial_arn_find_the_same_secret(call: Call) -> None:
    arn = create(call, "prod/db").secret.arn

    for secret_id in ("prod/db", arn, arn[:-7]):
        assert operations.describe_secret(call, secret_id=secret_id).secret.arn == arn


def test_partial_arn_of_a_name_that_ends_like_a_suffix_finds_nothing(call: Call) -> None:
    """Recorded (api.md 4.2)."""
    arn = create(call, "name-a1b2c3").secret.arn

    with pytest.raises(ResourceNotFoundException):
        operations.describe_secret(call, secret_id=arn[:-7])


@pytest.mark.parametrize("name", ["a b", "a#b", "café", "a:b"])
def test_bad_characters_are_refused_before_anything_else(call: Call, name: str) -> None:
    """Recorded on ten operations, for names and for SecretIds."""
    with pytest.raises(ValidationException, match="Invalid name. Must be a valid name"):
        create(call, name)
    with pytest.raises(ValidationException, match="Invalid name. Must be a valid name"):
        operations.get_secret_value(call, secret_id=name)


def test_create_again_with_the_same_token_and_value_answers_as_before(call: Call) -> None:
    """Verified."""
    first, second = create(call, secret_string="v"), create(call, secret_string="v")

    assert first.secret.arn == second.secret.arn
    assert Secret.objects.count() == 1


@pytest.mark.parametrize(
    ("token", "value", "message"),
    [
        (B, "v", "The operation failed because the secret s already exists."),
        (A, "w", f"You can't use ClientRequestToken {A} because that value is already in use for a version of secret"),
    ],
)
def test_create_again_otherwise_is_refused(call: Call, token: str, value: str, message: str) -> None:
    """Recorded and verified texts."""
    create(call, secret_string="v")

    with pytest.raises(ResourceExistsException) as refused:
        create(call, token=token, secret_string=value)

    assert refused.value.message.startswith(message)


def test_create_again_never_fills_the_version_of_a_rotation(call: Call) -> None:
    secret = operations.create_secret(call, name="s", client_request_token=A, secret_string="one").secret
    pending = versions.open_empty(secret, B, call.now)

    with pytest.raises(ResourceExistsException, match="already exists"):
        operations.create_secret(call, name="s", client_request_token=B, secret_string="two")

    pending.refresh_from_db()
    assert not pending.has_value


def test_update_with_a_refused_value_changes_nothing(call: Call) -> None:
    create(call, description="before", secret_string="v")

    with pytest.raises(ResourceExistsException):
        operations.update_secret(
            call, secret_id="s", client_request_token=A, description="after", secret_string="other"
        )

    assert operations.describe_secret(call, secret_id="s").secret.description == "before"


def test_update_without_a_value_makes_no_version(call: Call) -> None:
    create(call, secret_string="v")

    updated = operations.update_secret(call, secret_id="s", client_request_token=B, description="d")

    assert updated.version_id is None
    assert operations.describe_secret(call, secret_id="s").versions_to_stages == {A: ["AWSCURRENT"]}


@pytest.mark.parametrize(
    ("key_id", "reason"),
    [
        ("11111111-2222-3333-4444-555555555555", "Invalid keyId"),
        ("arn:aws:kms:eu-west-1:123456789012:key/abc", "Invalid arn eu-west-1"),
    ],
)
def test_key_that_names_nothing_is_refused(call: Call, key_id: str, reason: str) -> None:
    """Seen in the field (api.md 3)."""
    create(call)

    with pytest.raises(InvalidParameterException) as refused:
        operations.update_secret(call, secret_id="s", client_request_token=B, kms_key_id=key_id)

    assert refused.value.message == f"The operation failed because of an invalid KMS key: {reason}"


def test_deleted_secret_is_kept_described_and_restored(call: Call) -> None:
    create(call, secret_string="v")
    deletion = operations.delete_secret(call, secret_id="s", recovery_window_in_days=7)
    assert deletion.deletion_at == call.now + timedelta(days=7)

    with pytest.raises(InvalidRequestException, match="because it was marked for deletion"):
        operations.get_secret_value(call, secret_id="s")
    with pytest.raises(InvalidRequestException, match="already scheduled for deletion"):
        create(call, token=B)
    assert operations.describe_secret(call, secret_id="s").secret.deletion_at == deletion.deletion_at

    operations.restore_secret(call, secret_id="s")
    assert operations.get_secret_value(call, secret_id="s").value.string == "v"


@pytest.mark.parametrize("days", [6, 31])
def test_recovery_window_is_7_to_30_days(call: Call, days: int) -> None:
    create(call)

    with pytest.raises(InvalidParameterException, match="must be between 7 and 30 days"):
        operations.delete_secret(call, secret_id="s", recovery_window_in_days=days)


def test_forced_deletion_is_at_once_and_of_nothing_succeeds(call: Call) -> None:
    """Recorded: 200 with a made-up ARN for a name that doesn't exist."""
    create(call, secret_string="v")
    operations.delete_secret(call, secret_id="s", force_delete_without_recovery=True)
    again = operations.delete_secret(call, secret_id="s", force_delete_without_recovery=True)

    assert again.name == "s"
    assert again.arn.startswith("arn:aws:secretsmanager:us-west-2:123456789012:secret:s-")
    assert not Secret.objects.exists()


def test_managed_secret_is_changed_by_its_owner_only(call: Call) -> None:
    """First sentence: user guide, troubleshooting. Tags and reading stay allowed."""
    create(call, secret_string="v")
    Secret.objects.update(owning_service="rds")

    for refused in (
        lambda: operations.update_secret(call, secret_id="s", client_request_token=B, description="d"),
        lambda: operations.put_secret_value(call, secret_id="s", client_request_token=B, secret_string="w"),
        lambda: operations.delete_secret(call, secret_id="s"),
    ):
        with pytest.raises(InvalidRequestException, match="managed by an AWS service.*rds"):
            refused()
    operations.tag_resource(call, secret_id="s", tags=[{"Key": "k", "Value": "v"}])
    assert operations.get_secret_value(call, secret_id="s").value.string == "v"


def test_every_attempt_is_audited_without_the_value(
    call: Call, make_call: Callable[..., Call], mallory: object
) -> None:
    create(call, secret_string="hunter2-marker", description="d")
    with pytest.raises(AccessDeniedException):
        operations.put_secret_value(
            make_call(principal=mallory), secret_id="s", client_request_token=B, secret_string="hunter2-marker"
        )

    allowed, denied = AuditEvent.objects.order_by("id")
    assert (allowed.event_name, allowed.error_code, allowed.secret_name) == ("CreateSecret", "", "s")
    assert (denied.event_name, denied.error_code) == ("PutSecretValue", "AccessDeniedException")
    assert "hunter2-marker" not in allowed.request_parameters + denied.request_parameters + denied.error_message
    assert '"Description":"d"' in allowed.request_parameters


def test_refused_change_leaves_its_event_and_nothing_else(call: Call) -> None:
    with pytest.raises(AwsError):
        operations.create_secret(
            call,
            name="s",
            client_request_token=A,
            secret_string="v",
            tags=[{"Key": f"k{number}", "Value": ""} for number in range(51)],
        )

    assert not Secret.objects.exists()
    assert AuditEvent.objects.get().error_code == "LimitExceededException"
