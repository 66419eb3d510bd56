"""Messages of the model's limits. Form: recorded from the real service (api.md 1.6)."""

from typing import Any

import pytest

from secrets_app import validation
from secrets_app.errors import ValidationException
from secrets_app.service_model import service

START = "1 validation error detected: "
FAILED = " failed to satisfy constraint: "


@pytest.mark.parametrize(
    ("operation", "arguments", "message", "parameter"),
    [
        ("GetSecretValue", {}, f"Value null at 'secretId'{FAILED}Member must not be null", "SecretId"),
        (
            "GetSecretValue",
            {"secret_id": "a", "version_id": "short"},
            f"Value 'short' at 'versionId'{FAILED}Member must have length greater than or equal to 32",
            "VersionId",
        ),
        (
            "GetRandomPassword",
            {"password_length": 5555},
            f"Value '5555' at 'passwordLength'{FAILED}Member must have value less than or equal to 4096",
            "PasswordLength",
        ),
        (
            "CreateSecret",
            {"name": "a", "tags": [{"Key": "ok"}, {"Key": ""}]},
            f"Value '' at 'tags.2.member.key'{FAILED}Member must have length greater than or equal to 1",
            "Tags",
        ),
        (
            "ReplicateSecretToRegions",
            {"secret_id": "a", "add_replica_regions": [{"Region": "Mars"}]},
            f"Value 'Mars' at 'addReplicaRegions.1.member.region'{FAILED}"
            r"Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$",
            "AddReplicaRegions",
        ),
        (
            "ListSecrets",
            {"sort_order": "up"},
            f"Value 'up' at 'sortOrder'{FAILED}Member must satisfy enum value set: [asc, desc]",
            "SortOrder",
        ),
        (
            "TagResource",
            {"secret_id": "a", "tags": [{"Key": "a\0b"}]},
            f"Value 'a\N{REPLACEMENT CHARACTER}b' at 'tags.1.member.key'{FAILED}Member must not hold a NUL character",
            "Tags",
        ),
    ],
)
def test_violation_is_named(operation: str, arguments: dict[str, Any], message: str, parameter: str) -> None:
    with pytest.raises(ValidationException) as refused:
        validation.check(service("secretsmanager").operations[operation], arguments)

    assert refused.value.message == START + message
    assert refused.value.parameter == parameter


def test_sensitive_value_is_never_echoed() -> None:
    """Seen in the field for secretString (api.md 1.6)."""
    with pytest.raises(ValidationException) as refused:
        validation.check(
            service("secretsmanager").operations["PutSecretValue"],
            {"secret_id": "a", "secret_string": "hunter2" * 10_000},
        )

    assert "hunter2" not in refused.value.message
    assert refused.value.message.startswith(START + "Value at 'secretString'")


def test_several_violations_come_in_one_message() -> None:
    with pytest.raises(ValidationException) as refused:
        validation.check(
            service("secretsmanager").operations["CreateSecret"], {"name": "", "client_request_token": "x"}
        )

    assert refused.value.message.startswith("2 validation errors detected: Value '' at 'name'")
    assert "; Value 'x' at 'clientRequestToken'" in refused.value.message


def test_arguments_within_the_limits_pass() -> None:
    create = service("secretsmanager").operations["CreateSecret"]

    validation.check(create, {"name": "a" * 512, "tags": []})
    validation.check(create, {"name": "a", "secret_string": "a value may hold a \0"})
