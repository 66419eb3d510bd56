"""Posted keys and secrets, made one after the other by the operations that anybody would make them with."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from secrets_app import operations, regions
from secrets_app.call import Call
from secrets_app.errors import AwsError, ValidationException
from secrets_app.kms import operations as kms_operations


def create(call: Call, keys: Sequence[Mapping[str, Any]], secrets: Sequence[Mapping[str, Any]]) -> None:
    """In the call's account. What an operation refuses is refused in its words, after which of them it is about."""
    for number, key in enumerate(keys, start=1):
        _named(f"keys.{number}.member ({key['Alias']})", _create_key, _in_region(call, key), key)
    for number, secret in enumerate(secrets, start=1):
        _named(f"secrets.{number}.member ({secret['Name']})", _create_secret, _in_region(call, secret), secret)


def _named(which: str, make: Callable[[Call, Mapping[str, Any]], None], call: Call, given: Mapping[str, Any]) -> None:
    try:
        if not regions.is_region(call.region):
            raise ValidationException(f"'{call.region}' is not a Region.")
        make(call, given)
    except AwsError as error:
        raise type(error)(f"{which}: {error.message}") from None


def _in_region(call: Call, given: Mapping[str, Any]) -> Call:
    """Where it says; else in the Region that the request is for."""
    return replace(call, region=given.get("Region", call.region))


def _create_key(call: Call, given: Mapping[str, Any]) -> None:
    key = kms_operations.create_key(call, description=given.get("Description"), tags=given.get("Tags"))
    kms_operations.create_alias(call, alias_name=given["Alias"], target_key_id=key.key_id)


def _create_secret(call: Call, given: Mapping[str, Any]) -> None:
    """Versions are put in their order: the last one without labels of its own is current. The policy comes last, as it
    may deny what comes before."""
    arn = operations.create_secret(
        call,
        name=given["Name"],
        client_request_token=_token(),
        description=given.get("Description"),
        kms_key_id=given.get("KmsKeyId"),
        secret_string=given.get("SecretString"),
        secret_binary=given.get("SecretBinary"),
        tags=given.get("Tags"),
        add_replica_regions=given.get("AddReplicaRegions"),
    ).secret.arn
    for version in given.get("Versions", ()):
        operations.put_secret_value(
            call,
            secret_id=arn,
            client_request_token=_token(),
            secret_string=version.get("SecretString"),
            secret_binary=version.get("SecretBinary"),
            version_stages=version.get("VersionStages"),
        )
    rotation = given.get("Rotation")
    if rotation is not None:
        operations.rotate_secret(
            call,
            secret_id=arn,
            client_request_token=_token(),
            rotation_lambda_arn=rotation.get("RotationLambdaARN"),
            rotation_rules=rotation.get("RotationRules"),
            rotate_immediately=rotation.get("RotateImmediately"),
        )
    if "ResourcePolicy" in given:
        operations.put_resource_policy(call, secret_id=arn, resource_policy=given["ResourcePolicy"])


def _token() -> str:
    return str(uuid.uuid4())
