"""Keys and aliases by boto3's KMS client, on the same endpoint. Facts: api.md 7."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.aws.conftest import MakeClient
from tests.aws.wire import Refusal, refused
from tests.factories import Person

ACCOUNT = "arn:aws:kms:us-west-2:123456789012"


@pytest.fixture
def kms(alice: Person, aws_as: MakeClient) -> Any:
    return aws_as(alice, service="kms")


@pytest.fixture
def key_id(kms: Any) -> str:
    return str(kms.create_key(Description="for the app")["KeyMetadata"]["KeyId"])


def state(kms: Any, key_id: str) -> tuple[str, bool]:
    described = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    return described["KeyState"], described["Enabled"]


def test_a_new_key_has_the_members_of_a_symmetric_one(kms: Any) -> None:
    metadata = kms.create_key()["KeyMetadata"]

    key_id = metadata["KeyId"]
    created = metadata.pop("CreationDate")
    assert re.fullmatch("[a-f0-9]{64}", metadata.pop("CurrentKeyMaterialId"))
    assert uuid.UUID(key_id).version == 4
    assert datetime.now(UTC) - created < timedelta(minutes=1)
    assert metadata == {
        "AWSAccountId": "123456789012",
        "KeyId": key_id,
        "Arn": f"{ACCOUNT}:key/{key_id}",
        "Enabled": True,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }


def test_a_key_goes_by_id_arn_and_alias(kms: Any, key_id: str) -> None:
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    for name in (key_id, f"{ACCOUNT}:key/{key_id}", "alias/app", f"{ACCOUNT}:alias/app"):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] == key_id


def test_states_come_and_go(kms: Any, key_id: str) -> None:
    assert set(kms.disable_key(KeyId=key_id)) == {"ResponseMetadata"}
    assert state(kms, key_id) == ("Disabled", False)
    kms.enable_key(KeyId=key_id)
    assert state(kms, key_id) == ("Enabled", True)

    scheduled = kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    assert (scheduled["KeyId"], scheduled["KeyState"], scheduled["PendingWindowInDays"]) == (
        f"{ACCOUNT}:key/{key_id}",
        "PendingDeletion",
        7,
    )
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["DeletionDate"] == scheduled["DeletionDate"]
    assert refused(kms.enable_key, KeyId=key_id) == Refusal(
        "KMSInvalidStateException", f"{ACCOUNT}:key/{key_id} is pending deletion."
    )

    assert kms.cancel_key_deletion(KeyId=key_id)["KeyId"] == f"{ACCOUNT}:key/{key_id}"
    assert state(kms, key_id) == ("Disabled", False)
    assert "DeletionDate" not in kms.describe_key(KeyId=key_id)["KeyMetadata"]


def test_keys_are_listed_by_page(kms: Any) -> None:
    created = {kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(3)}

    pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))

    assert [page["Truncated"] for page in pages] == [True, False]
    assert "NextMarker" not in pages[-1]
    assert {key["KeyId"] for page in pages for key in page["Keys"]} == created
    assert all(key["KeyArn"] == f"{ACCOUNT}:key/{key['KeyId']}" for page in pages for key in page["Keys"])


def test_aliases_are_made_moved_listed_and_deleted(kms: Any, key_id: str) -> None:
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    kms.update_alias(AliasName="alias/app", TargetKeyId=other)

    (alias,) = kms.list_aliases(KeyId=other)["Aliases"]
    assert set(alias) == {"AliasName", "AliasArn", "TargetKeyId", "CreationDate", "LastUpdatedDate"}
    assert (alias["AliasName"], alias["AliasArn"], alias["TargetKeyId"]) == (
        "alias/app",
        f"{ACCOUNT}:alias/app",
        other,
    )
    assert kms.list_aliases(KeyId=key_id)["Aliases"] == []

    kms.delete_alias(AliasName="alias/app")
    assert kms.list_aliases()["Aliases"] == []


def test_the_managed_key_appears_with_the_first_secret_and_stays(kms: Any, aws: Any) -> None:
    aws.create_secret(Name="a", SecretString="x")

    (alias,) = kms.list_aliases()["Aliases"]
    assert alias["AliasName"] == "alias/aws/secretsmanager"
    assert kms.describe_key(KeyId=alias["TargetKeyId"])["KeyMetadata"]["KeyManager"] == "AWS"
    assert refused(kms.disable_key, KeyId=alias["TargetKeyId"]).code == "AccessDeniedException"
    assert refused(kms.schedule_key_deletion, KeyId=alias["TargetKeyId"]).code == "AccessDeniedException"


def test_what_there_is_not(kms: Any) -> None:
    missing = str(uuid.uuid4())

    assert refused(kms.describe_key, KeyId=missing) == Refusal(
        "NotFoundException", f"Key '{ACCOUNT}:key/{missing}' does not exist"
    )
    assert refused(kms.describe_key, KeyId="alias/nope") == Refusal(
        "NotFoundException", f"Alias {ACCOUNT}:alias/nope is not found."
    )


def test_an_alias_name_has_its_prefix_and_is_taken_once(kms: Any, key_id: str) -> None:
    assert refused(kms.create_alias, AliasName="app", TargetKeyId=key_id) == Refusal(
        "ValidationException",
        'Alias must start with the prefix "alias/". Please see '
        "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    )
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    assert refused(kms.create_alias, AliasName="alias/app", TargetKeyId=key_id) == Refusal(
        "AlreadyExistsException", f"An alias with the name {ACCOUNT}:alias/app already exists"
    )


def test_what_this_server_does_not_have(kms: Any, key_id: str) -> None:
    assert refused(kms.create_key, KeySpec="RSA_2048").code == "UnsupportedOperationException"
    assert refused(kms.get_public_key, KeyId=key_id) == Refusal(
        "UnsupportedOperationException", "GetPublicKey is not available on this server."
    )


def test_keys_take_permission(mallory: Person, aws_as: MakeClient, key_id: str) -> None:
    refusal = refused(aws_as(mallory, service="kms").disable_key, KeyId=key_id)

    assert refusal == Refusal(
        "AccessDeniedException",
        f"User: {mallory.arn} is not authorized to perform: kms:DisableKey on resource: {ACCOUNT}:key/{key_id} "
        "because no identity-based policy allows the kms:DisableKey action",
    )


def test_a_key_is_rotated_on_demand(kms: Any, key_id: str) -> None:
    """Members of the entries: API reference, RotationsListEntry."""
    first = kms.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]

    assert kms.rotate_key_on_demand(KeyId=key_id)["KeyId"] == key_id

    (rotation,) = kms.list_key_rotations(KeyId=key_id)["Rotations"]
    assert datetime.now(UTC) - rotation.pop("RotationDate") < timedelta(minutes=1)
    current = kms.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]
    assert rotation == {
        "KeyId": key_id,
        "KeyMaterialId": current,
        "KeyMaterialState": "CURRENT",
        "RotationType": "ON_DEMAND",
    }
    everything = kms.list_key_rotations(KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert [(row["KeyMaterialId"], "RotationDate" in row) for row in everything] == [(first, False), (current, True)]


def rotation_status(kms: Any, key_id: str) -> dict[str, Any]:
    status = dict(kms.get_key_rotation_status(KeyId=key_id))
    del status["ResponseMetadata"]
    return status


def test_a_key_is_rotated_by_itself_if_that_is_enabled(kms: Any, key_id: str) -> None:
    """Members: API reference, GetKeyRotationStatus."""
    never = {"KeyRotationEnabled": False, "KeyId": f"{ACCOUNT}:key/{key_id}"}
    assert rotation_status(kms, key_id) == never

    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=100)
    status = rotation_status(kms, key_id)
    in_days = status.pop("NextRotationDate") - datetime.now(UTC)
    assert timedelta(days=99) < in_days <= timedelta(days=100)
    assert status == {**never, "KeyRotationEnabled": True, "RotationPeriodInDays": 100}

    kms.disable_key_rotation(KeyId=key_id)
    assert rotation_status(kms, key_id) == never


def test_a_key_policy_by_boto3(kms: Any, key_id: str) -> None:
    found = kms.get_key_policy(KeyId=key_id)
    assert (found["PolicyName"], json.loads(found["Policy"])["Id"]) == ("default", "key-default-1")
    assert kms.list_key_policies(KeyId=key_id)["PolicyNames"] == ["default"]
    narrower = found["Policy"].replace("key-default-1", "mine")

    assert set(kms.put_key_policy(KeyId=key_id, Policy=narrower)) == {"ResponseMetadata"}

    assert kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"] == narrower
    assert refused(kms.put_key_policy, KeyId=key_id, Policy=narrower.replace("kms:*", "kms:Encrypt")) == Refusal(
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    )


def test_the_description_of_a_key_is_changed(kms: Any, key_id: str) -> None:
    kms.update_key_description(KeyId=key_id, Description="for another app")

    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == "for another app"
