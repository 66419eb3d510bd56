"""Secrets at the limits, for the pictures: what the demo account has none of."""

import json

from types_boto3_secretsmanager import SecretsManagerClient
from types_boto3_secretsmanager.type_defs import TagTypeDef

LONGEST_NAME = ("gallery/" + "a-very-long-segment/" * 26)[:511] + "x"
ARABIC, HEBREW = "كلمة مرور قاعدة بيانات الطلبات", "סביבת ייצור"


def create(client: SecretsManagerClient) -> str:
    """The name of the one secret that a service manages."""
    client.create_secret(Name=LONGEST_NAME, Description="word " * 400, SecretString="value")
    tags: list[TagTypeDef] = [
        {"Key": f"Key-of-tag-{number:02}", "Value": "value " * (number % 40)} for number in range(49)
    ]
    client.create_secret(
        Name="gallery/fifty-tags",
        SecretString="value",
        Tags=[*tags, {"Key": "k" * 128, "Value": "v" * 256}],
    )
    client.create_secret(Name="gallery/largest-value", SecretString="A very long line of text. " * 2520)
    client.create_secret(
        Name="gallery/right-to-left",
        Description=ARABIC,
        SecretString=json.dumps({ARABIC: HEBREW, "password": ARABIC}),
        Tags=[{"Key": HEBREW, "Value": ARABIC}, {"Key": "Owner", "Value": HEBREW}],
    )
    _with_a_hundred_versions(client)
    _with_a_failed_replica(client)
    found = client.list_secrets(Filters=[{"Key": "owning-service", "Values": ["rds"]}])["SecretList"]
    return found[0]["Name"]


def _with_a_hundred_versions(client: SecretsManagerClient) -> None:
    name = "gallery/hundred-versions"
    client.create_secret(Name=name, SecretString=json.dumps({"user": "diegor", "password": "0"}))
    for number in range(99):
        client.put_secret_value(SecretId=name, SecretString=json.dumps({"user": "diegor", "password": str(number)}))
    versions = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    for version, label in zip(versions, ("blue/green", "kept-for-the-audit", "release-2026-11"), strict=False):
        client.update_secret_version_stage(SecretId=name, VersionStage=label, MoveToVersionId=version["VersionId"])


def _with_a_failed_replica(client: SecretsManagerClient) -> None:
    name = "gallery/failed-replica"
    there = client.meta.region_name.replace("us-west-2", "eu-west-1")
    client.create_secret(Name=name, SecretString="value")
    client.replicate_secret_to_regions(
        SecretId=name, AddReplicaRegions=[{"Region": there}, {"Region": "sa-east-1", "KmsKeyId": "alias/not-there"}]
    )
