"""GetSecretValue, PutSecretValue and BatchGetSecretValue, and the encryption under them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import (
    AccessDeniedException,
    DecryptionFailure,
    EncryptionFailure,
    InternalServiceError,
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    ResourceNotFoundException,
    ValidationException,
)
from secrets_app.kms import keys
from secrets_app.models import KeyState, KmsKey, SecretVersion, WrappedDataKey

pytestmark = pytest.mark.django_db

A, B = "a" * 32, "b" * 32


@pytest.fixture
def stored(call: Call) -> Call:
    operations.create_secret(call, name="s", client_request_token=A, secret_string="value a")
    return call


def value(call: Call, **which: str) -> str | None:
    return operations.get_secret_value(call, secret_id="s", **which).value.string


def test_current_previous_and_version_id_are_all_reachable(stored: Call) -> None:
    operations.put_secret_value(stored, secret_id="s", client_request_token=B, secret_string="value b")

    assert value(stored) == "value b"
    assert value(stored, version_stage="AWSPREVIOUS") == "value a"
    assert value(stored, version_id=A) == "value a"
    assert value(stored, version_id=B, version_stage="AWSCURRENT") == "value b"


@pytest.mark.parametrize(
    ("which", "error", "message"),
    [
        (
            {"version_stage": "NOPE"},
            ResourceNotFoundException,
            "Secrets Manager can't find the specified secret value for staging label: NOPE",
        ),
        (
            {"version_id": B},
            ResourceNotFoundException,
            f"Secrets Manager can't find the specified secret value for VersionId: {B}",
        ),
        (
            {"version_id": A, "version_stage": "AWSPREVIOUS"},
            InvalidRequestException,
            "You provided a VersionStage that is not associated to the provided VersionId.",
        ),
    ],
)
def test_what_is_not_there_is_named(stored: Call, which: dict[str, str], error: type[Exception], message: str) -> None:
    """Recorded texts (api.md 3)."""
    with pytest.raises(error) as refused:
        value(stored, **which)

    assert str(refused.value) == message


def test_secret_without_a_value_has_no_awscurrent(call: Call) -> None:
    """Recorded."""
    operations.create_secret(call, name="s", client_request_token=A)

    with pytest.raises(ResourceNotFoundException, match="staging label: AWSCURRENT"):
        value(call)


def test_same_token_same_value_changes_nothing(stored: Call) -> None:
    """Verified (api.md 4.3)."""
    again = operations.put_secret_value(stored, secret_id="s", client_request_token=A, secret_string="value a")

    assert again.version_id == A
    assert SecretVersion.objects.count() == 1


def test_same_token_other_value_is_refused(stored: Call) -> None:
    """Verified text."""
    with pytest.raises(ResourceExistsException, match=f"You can't use ClientRequestToken {A} because that value"):
        operations.put_secret_value(stored, secret_id="s", client_request_token=A, secret_string="other")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, InvalidRequestException),
        ({"secret_string": "a", "secret_binary": b"a"}, InvalidParameterException),
        ({"secret_string": "\N{EURO SIGN}" * 30_000}, ValidationException),  # 90,000 bytes in 30,000 characters
    ],
)
def test_bad_values_are_refused(stored: Call, given: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        operations.put_secret_value(stored, secret_id="s", client_request_token=B, **given)  # type: ignore[arg-type]


def test_token_is_asked_for_before_the_secret(call: Call) -> None:
    """Recorded: raw calls without a token on secrets that don't exist."""
    with pytest.raises(InvalidRequestException, match="You must provide a ClientRequestToken value"):
        operations.put_secret_value(call, secret_id="nothing", secret_string="x")


def test_reading_notes_the_day(stored: Call) -> None:
    tomorrow = stored.again(stored.now + timedelta(days=1))
    value(tomorrow)

    assert operations.describe_secret(stored, secret_id="s").secret.last_accessed_on == tomorrow.now.date()


def test_binary_comes_back_as_binary(call: Call) -> None:
    operations.create_secret(call, name="s", client_request_token=A, secret_binary=b"\x00\xff")

    found = operations.get_secret_value(call, secret_id="s").value

    assert (found.string, found.binary) == (None, b"\x00\xff")


def test_every_version_has_its_own_data_key(stored: Call) -> None:
    operations.put_secret_value(stored, secret_id="s", client_request_token=B, secret_string="value a")

    first, second = SecretVersion.objects.order_by("id")
    assert bytes(first.ciphertext or b"") != bytes(second.ciphertext or b"")
    assert len({bytes(wrapping.wrapped) for wrapping in WrappedDataKey.objects.all()}) == 2


def test_ciphertext_moved_to_another_version_does_not_open(stored: Call) -> None:
    """Property 3 of security.md 5.5: ARN and version id are authenticated with the value."""
    operations.put_secret_value(stored, secret_id="s", client_request_token=B, secret_string="value b")
    first, second = SecretVersion.objects.order_by("id")
    first_wrapping, second_wrapping = WrappedDataKey.objects.order_by("id")
    SecretVersion.objects.filter(pk=second.pk).update(ciphertext=first.ciphertext)
    WrappedDataKey.objects.filter(pk=second_wrapping.pk).update(wrapped=first_wrapping.wrapped)

    with pytest.raises(InternalServiceError):
        value(stored)


def customer_key(call: Call) -> KmsKey:
    return keys.create(account=call.account, region=call.region, now=call.now)


def test_disabled_key_makes_its_secrets_unreadable_until_it_is_enabled(call: Call) -> None:
    """Properties 10 of security.md 5.5; wire errors as security.md 3.4 settles them."""
    key = customer_key(call)
    operations.create_secret(call, name="s", client_request_token=A, secret_string="v", kms_key_id=key.key_id)
    KmsKey.objects.filter(pk=key.pk).update(state=KeyState.DISABLED)

    with pytest.raises(DecryptionFailure):
        value(call)
    with pytest.raises(EncryptionFailure):
        operations.put_secret_value(call, secret_id="s", client_request_token=B, secret_string="w")
    assert operations.describe_secret(call, secret_id="s").secret.name == "s"

    KmsKey.objects.filter(pk=key.pk).update(state=KeyState.ENABLED)
    assert value(call) == "v"


def test_after_a_change_of_key_either_key_opens_until_a_new_version(stored: Call) -> None:
    """Property 12: the old wrapping stays; a new version is under the new key alone (user guide)."""
    key = customer_key(stored)
    operations.update_secret(stored, secret_id="s", client_request_token=B, kms_key_id=key.arn)
    entry = operations.list_secret_version_ids(stored, secret_id="s").versions[0]
    assert entry.kms_key_ids == ["DefaultEncryptionKey", key.arn]

    KmsKey.objects.filter(pk=key.pk).update(state=KeyState.DISABLED)
    assert value(stored) == "value a"
    KmsKey.objects.filter(pk=key.pk).update(state=KeyState.ENABLED)
    operations.put_secret_value(stored, secret_id="s", client_request_token="c" * 32, secret_string="value c")
    KmsKey.objects.filter(pk=key.pk).update(state=KeyState.DISABLED)

    with pytest.raises(DecryptionFailure):
        value(stored)


def test_batch_tells_per_secret_what_it_could_not_read(stored: Call) -> None:
    batch = operations.batch_get_secret_value(stored, secret_id_list=["s", "nothing"])

    assert [found.value.string for found in batch.values] == ["value a"]
    assert [(error.secret_id, error.code) for error in batch.errors] == [("nothing", "ResourceNotFoundException")]


def test_batch_by_filter_finds_what_the_list_finds(stored: Call) -> None:
    batch = operations.batch_get_secret_value(stored, filters=[{"Key": "name", "Values": ["s"]}])

    assert [found.name for found in batch.values] == ["s"]


def test_denied_and_missing_read_alike(stored: Call, make_call: Callable[..., Call], mallory: object) -> None:
    """Property 19 of security.md 5.5: an unauthorised caller cannot learn whether a secret exists."""
    her = make_call(principal=mallory)
    messages = []
    for name in ("s", "t"):
        with pytest.raises(AccessDeniedException) as refused:
            operations.get_secret_value(her, secret_id=name)
        messages.append(refused.value.message.replace(f"resource: {name} ", "resource: ? "))

    assert messages[0] == messages[1]
