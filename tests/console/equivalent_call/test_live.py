"""The calls as they are shown, in a shell with the real `aws` and in Python: they do what they say."""

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console.equivalent_call import rendering
from console.equivalent_call.calls import EquivalentCall, Result, call
from tests.live.server import LiveServer

pytestmark = pytest.mark.live

REGION = "us-west-2"
TEXTS = ['it\'s "new" $HOME `id`', "file:///etc/hostname", "-dash", "http://127.0.0.1:1/", "", "two\nlines ü 漢"]

Run = Callable[..., None]


@pytest.fixture(params=["cli", "python"])
def run(request: pytest.FixtureRequest, live_server_process: LiveServer, tmp_path: Path) -> Run:
    """Runs calls as they are shown. value: what a person writes to the file that they read."""
    environment = {**live_server_process.env, "HOME": str(tmp_path)}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"

    def run_as_shown(*calls: EquivalentCall, value: str = "") -> None:
        (tmp_path / "value.txt").write_text(value)
        if request.param == "cli":
            text = rendering.as_cli(calls, live_server_process.url)
            command = ["sh", "-ec", text]
        else:
            text = rendering.as_python(calls, live_server_process.url)
            command = [sys.executable, "-c", text]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), text

    return run_as_shown


@pytest.fixture
def client(live_server_process: LiveServer) -> Any:
    return live_server_process.client()


@pytest.fixture
def name(client: Any) -> str:
    found = f"shown/{uuid.uuid4()}"
    client.create_secret(Name=found, SecretString="first")
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_a_description_arrives_as_it_was_typed(run: Run, client: Any, name: str, text: str) -> None:
    client.update_secret(SecretId=name, Description="before")

    run(call("UpdateSecret", REGION, SecretId=name, Description=text))

    assert client.describe_secret(SecretId=name).get("Description", "") == text


def test_a_value_comes_from_a_file(run: Run, client: Any, name: str) -> None:
    run(call("PutSecretValue", REGION, SecretId=name, SecretString="****"), value="second")

    assert client.get_secret_value(SecretId=name)["SecretString"] == "second"


def test_tags_key_and_back_again(run: Run, client: Any, name: str) -> None:
    run(
        call("TagResource", REGION, SecretId=name, Tags=[{"Key": "a b", "Value": "it's"}, {"Key": "-x", "Value": ""}]),
        call("UntagResource", REGION, SecretId=name, TagKeys=["-x"]),
        call("UpdateSecret", REGION, SecretId=name, KmsKeyId="alias/demo/my-test-key"),
        call("UpdateSecret", REGION, SecretId=name, KmsKeyId=""),
    )

    described = client.describe_secret(SecretId=name)
    assert described["Tags"] == [{"Key": "a b", "Value": "it's"}]
    assert "KmsKeyId" not in described


def test_policy_replica_and_deletion(run: Run, client: Any, name: str) -> None:
    document = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", '
        '"Action": "secretsmanager:DeleteSecret", "Resource": "*", "Condition": {"StringEquals": '
        '{"aws:PrincipalTag/x": "it\'s"}}}]}'
    )
    replicas = [{"Region": "eu-west-1", "KmsKeyId": ""}]
    run(
        call("PutResourcePolicy", REGION, SecretId=name, ResourcePolicy=document, BlockPublicPolicy=True),
        call(
            "ReplicateSecretToRegions",
            REGION,
            SecretId=name,
            AddReplicaRegions=replicas,
            ForceOverwriteReplicaSecret=False,
        ),
        call("RemoveRegionsFromReplication", REGION, SecretId=name, RemoveReplicaRegions=["eu-west-1"]),
    )
    assert client.get_resource_policy(SecretId=name)["ResourcePolicy"] == document

    run(
        call("DeleteResourcePolicy", REGION, SecretId=name),
        call("DeleteSecret", REGION, SecretId=name, RecoveryWindowInDays=9),
        call("RestoreSecret", REGION, SecretId=name),
    )
    assert "DeletedDate" not in client.describe_secret(SecretId=name)


def test_one_call_for_each_of_many(run: Run, client: Any, name: str) -> None:
    other = client.create_secret(Name=f"{name}-2")["ARN"]
    arn = client.describe_secret(SecretId=name)["ARN"]
    tag = call("TagResource", REGION, SecretId=Result("secret_id"), Tags=[{"Key": "many", "Value": "1"}])

    run(replace(tag, each=("secret_id", [arn, other])))

    for each in (arn, other):
        assert client.describe_secret(SecretId=each)["Tags"] == [{"Key": "many", "Value": "1"}]


def test_a_key_with_its_alias(run: Run, live_server_process: LiveServer) -> None:
    kms = live_server_process.client("kms")
    made = Result("key_id", ("KeyMetadata", "KeyId"))
    alias = f"alias/shown/{uuid.uuid4()}"

    run(
        replace(call("CreateKey", REGION, service_name="kms", Description=""), keeps=made),
        call("CreateAlias", REGION, service_name="kms", AliasName=alias, TargetKeyId=made),
    )

    key = kms.describe_key(KeyId=alias)["KeyMetadata"]
    assert re.fullmatch("[0-9a-f-]{36}", key["KeyId"])
    run(
        call("RotateKeyOnDemand", REGION, service_name="kms", KeyId=key["KeyId"]),
        call("DisableKey", REGION, service_name="kms", KeyId=key["KeyId"]),
        call("ScheduleKeyDeletion", REGION, service_name="kms", KeyId=key["KeyId"], PendingWindowInDays=7),
    )
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyState"] == "PendingDeletion"
