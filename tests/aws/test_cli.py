"""Real `aws` commands against a live server: those of the user guide's page "Modify a secret", word for word, and
the ones that show what they did. Nothing but the two exports the server prints is set."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.server import LiveServer

pytestmark = pytest.mark.live

KEY = "arn:aws:kms:us-west-2:123456789012:key/EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"

UPDATE_DESCRIPTION = r"""
aws secretsmanager update-secret \
    --secret-id MyTestSecret \
    --description "This is a new description for the secret."
"""
UPDATE_KEY = r"""
aws secretsmanager update-secret \
    --secret-id MyTestSecret \
    --kms-key-id arn:aws:kms:us-west-2:123456789012:key/EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE
"""
PUT_VALUE = r"""
aws secretsmanager put-secret-value \
    --secret-id MyTestSecret \
    --secret-string "{\"user\":\"diegor\",\"password\":\"EXAMPLE-PASSWORD\"}"
"""
PUT_VALUE_FROM_FILE = r"""
aws secretsmanager put-secret-value \
    --secret-id MyTestSecret \
    --secret-string file://mycreds.json
"""
MYCREDS = """{
    "engine": "mysql",
    "username": "saanvis",
    "password": "EXAMPLE-PASSWORD",
    "host": "my-database-endpoint.us-west-2.rds.amazonaws.com",
    "dbname": "myDatabase",
    "port": "3306"
}
"""

Run = Callable[[str], "subprocess.CompletedProcess[str]"]
Answer = Callable[[str], Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One of its own: the user guide's commands change the demo's secret."""
    server = LiveServer(tmp_path_factory.mktemp("cli") / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def run(server: LiveServer, tmp_path: Path) -> Run:
    """A command line in a shell, in an empty folder."""
    folder = Path(sys.executable).parent
    environment = {
        **server.aws_environment,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
    }

    def run_in_shell(command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run_in_shell


@pytest.fixture
def answer(run: Run) -> Answer:
    """What a command that succeeds prints, as JSON; None if it prints nothing."""

    def answer_of(command: str) -> Any:
        done = run(command)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout) if done.stdout.strip() else None

    return answer_of


def test_the_commands_of_the_user_guide(answer: Answer, tmp_path: Path) -> None:
    (tmp_path / "mycreds.json").write_text(MYCREDS)
    (before,) = (
        version for version, stages in describe(answer)["VersionIdsToStages"].items() if "AWSCURRENT" in stages
    )

    assert {*answer(UPDATE_DESCRIPTION)} == {"ARN", "Name"}
    assert describe(answer)["Description"] == "This is a new description for the secret."

    assert answer(UPDATE_KEY)["Name"] == "MyTestSecret"
    assert describe(answer)["KmsKeyId"] == KEY

    first = answer(PUT_VALUE)
    assert first["VersionStages"] == ["AWSCURRENT"]
    assert value(answer) == {"user": "diegor", "password": "EXAMPLE-PASSWORD"}

    second = answer(PUT_VALUE_FROM_FILE)
    assert value(answer) == json.loads(MYCREDS)
    assert value(answer, "--version-stage AWSPREVIOUS") == {"user": "diegor", "password": "EXAMPLE-PASSWORD"}
    assert value(answer, f"--version-id {before}")["user"]

    listed = answer("aws secretsmanager list-secret-version-ids --secret-id MyTestSecret")["Versions"]
    assert {version["VersionId"]: version["VersionStages"] for version in listed} == {
        first["VersionId"]: ["AWSPREVIOUS"],
        second["VersionId"]: ["AWSCURRENT"],
    }
    assert all(version["KmsKeyIds"] == [KEY] for version in listed)


def describe(answer: Answer) -> Any:
    return answer("aws secretsmanager describe-secret --secret-id MyTestSecret")


def value(answer: Answer, more: str = "") -> Any:
    reply = answer(f"aws secretsmanager get-secret-value --secret-id MyTestSecret {more}")
    return json.loads(reply["SecretString"])


def test_a_secret_from_its_creation_to_its_end(answer: Answer, run: Run) -> None:
    created = answer(
        "aws secretsmanager create-secret --name cli/one --secret-string hunter2 --tags Key=team,Value=blue"
    )
    name = created["Name"]
    answer(f"aws secretsmanager tag-resource --secret-id {name} --tags Key=stage,Value=prod")
    found = answer("aws secretsmanager list-secrets --filters Key=tag-value,Values=prod Key=name,Values=cli/")
    assert [entry["Name"] for entry in found["SecretList"]] == [name]

    answer(f"aws secretsmanager delete-secret --secret-id {name} --recovery-window-in-days 7")
    refused = run(f"aws secretsmanager get-secret-value --secret-id {name}")
    assert refused.returncode != 0
    assert (
        "(InvalidRequestException) when calling the GetSecretValue operation: You can't perform this operation on "
        in (refused.stderr)
    )
    answer(f"aws secretsmanager restore-secret --secret-id {name}")
    text = run(f"aws secretsmanager get-secret-value --secret-id {name} --query SecretString --output text")
    assert text.stdout == "hunter2\n"
    answer(f"aws secretsmanager delete-secret --secret-id {name} --force-delete-without-recovery")


def test_stages_policy_and_pages(answer: Answer, run: Run) -> None:
    first = answer("aws secretsmanager create-secret --name cli/pages/1 --secret-string one")["VersionId"]
    second = answer("aws secretsmanager update-secret --secret-id cli/pages/1 --secret-string two")["VersionId"]
    answer(
        "aws secretsmanager update-secret-version-stage --secret-id cli/pages/1 --version-stage AWSCURRENT "
        f"--remove-from-version-id {second} --move-to-version-id {first}"
    )
    current = answer("aws secretsmanager batch-get-secret-value --secret-id-list cli/pages/1 cli/nowhere")
    assert [value["SecretString"] for value in current["SecretValues"]] == ["one"]
    assert [error["ErrorCode"] for error in current["Errors"]] == ["ResourceNotFoundException"]

    statement = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    refused = run(
        "aws secretsmanager put-resource-policy --secret-id cli/pages/1 --block-public-policy "
        f"--resource-policy '{policy}'"
    )
    assert refused.returncode != 0
    assert "(PublicPolicyException) when calling the PutResourcePolicy operation: " in refused.stderr

    answer("aws secretsmanager create-secret --name cli/pages/2")
    found = run(
        "aws secretsmanager list-secrets --filters Key=name,Values=cli/pages/ --page-size 1 "
        "--query 'SecretList[].Name' --output text"
    )
    assert found.stdout.split() == ["cli/pages/1", "cli/pages/2"]
    begun = answer("aws secretsmanager list-secrets --filters Key=name,Values=cli/pages/ --max-items 1")
    assert [entry["Name"] for entry in begun["SecretList"]] == ["cli/pages/1"]
    assert begun["NextToken"]


def test_replicas_and_binary_values(answer: Answer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "value.bin").write_bytes(bytes(range(256)))
    answer("aws secretsmanager create-secret --name cli/binary --secret-binary fileb://value.bin")

    reply = answer(
        "aws secretsmanager replicate-secret-to-regions --secret-id cli/binary --add-replica-regions Region=eu-west-1"
    )
    assert [entry["Region"] for entry in reply["ReplicationStatus"]] == ["eu-west-1"]
    done = run(
        "for attempt in $(seq 20); do aws secretsmanager get-secret-value --region eu-west-1 --secret-id cli/binary "
        "--query SecretBinary --output text && exit; sleep 0.5; done"
    )
    read = run(f"echo '{done.stdout.strip()}' | base64 -d | cmp - value.bin")
    assert (read.returncode, read.stdout) == (0, "")


def test_kms_on_the_same_endpoint(answer: Answer) -> None:
    assert answer(f"aws kms describe-key --key-id {KEY}")["KeyMetadata"]["Arn"] == KEY
    aliases = answer("aws kms list-aliases")["Aliases"]
    assert "alias/aws/secretsmanager" in {alias["AliasName"] for alias in aliases}


def test_who_am_i(answer: Answer) -> None:
    """With the files that the first start wrote, and no further flags."""
    assert answer("aws sts get-caller-identity")["Arn"] == "arn:aws:iam::123456789012:user/admin"


def test_kms_encrypts_and_decrypts(answer: Answer) -> None:
    """As the user guide of KMS does it: bytes from files, text out in base64."""
    decrypted = answer(f"""
        printf hello > plain
        aws kms encrypt --key-id {KEY} --plaintext fileb://plain --query CiphertextBlob --output text | base64 -d > blob
        aws kms decrypt --ciphertext-blob fileb://blob
    """)

    assert (decrypted["KeyId"], decrypted["Plaintext"]) == (KEY, "aGVsbG8=")
