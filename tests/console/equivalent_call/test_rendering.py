"""Calls as commands and as Python. That they do the same when they are run: test_live.py."""

import ast
import shlex

import pytest

from console.equivalent_call import rendering
from console.equivalent_call.calls import EquivalentCall, Result, call

HERE = "http://127.0.0.1:8000"
REGION = "us-west-2"


def cli(*calls: EquivalentCall) -> str:
    return rendering.as_cli(calls, HERE)


def words(*calls: EquivalentCall) -> list[str]:
    """As a shell splits it, without the Region and the endpoint at its end."""
    found = shlex.split(cli(*calls).replace(" \\\n", " "))
    assert found[-4:] == ["--region", REGION, "--endpoint-url", HERE]
    return found[:-4]


def test_members_become_options_one_to_a_line() -> None:
    assert cli(call("UpdateSecret", REGION, SecretId="prod/db", Description="it's new")) == (
        "aws secretsmanager update-secret \\\n"
        "    --secret-id prod/db \\\n"
        "    --description 'it'\"'\"'s new' \\\n"
        "    --region us-west-2 \\\n"
        "    --endpoint-url http://127.0.0.1:8000"
    )


@pytest.mark.parametrize(
    "text",
    ["two  blanks", "$HOME `id` $(id)", "double \" and single '", "line\nbreak", "back\\slash", "ü漢;|&<>*?#~!"],
)
def test_text_reaches_the_command_as_it_is(text: str) -> None:
    assert words(call("UpdateSecret", REGION, SecretId="s", Description=text))[-2:] == ["--description", text]


@pytest.mark.parametrize(
    "text", ["file:///etc/passwd", "fileb://x", "http://169.254.169.254/", "https://x", "-v", "--x", ""]
)
def test_text_that_the_cli_would_misread_goes_as_json(text: str) -> None:
    """It would load the file or the page, or take the text for an option; an empty text is taken for none."""
    found = words(call("UpdateSecret", REGION, SecretId="s", Description=text))

    assert found[3] == "--cli-input-json"
    assert ast.literal_eval(found[4]) == {"SecretId": "s", "Description": text}


def test_a_misread_item_of_a_list_goes_as_json_too() -> None:
    found = words(call("UntagResource", REGION, SecretId="s", TagKeys=["-a", "b"]))

    assert ast.literal_eval(found[4]) == {"SecretId": "s", "TagKeys": ["-a", "b"]}


def test_values_are_never_in_it() -> None:
    given = call("PutSecretValue", REGION, SecretId="s", SecretString="hunter2", RotationToken="token-of-a-rotation")

    for text in (cli(given), rendering.as_python([given], HERE), repr(given)):
        assert "hunter2" not in text
        assert "token-of-a-rotation" not in text
    assert words(given)[-4:] == ["--secret-string", "file://value.txt", "--rotation-token", "file://value.txt"]
    assert rendering.masked([given]) == ["--secret-string", "--rotation-token"]


def test_binary_values_come_from_a_file() -> None:
    given = call("PutSecretValue", REGION, SecretId="s", SecretBinary=b"hunter2")

    assert words(given)[-2:] == ["--secret-binary", "fileb://value.bin"]
    assert 'SecretBinary=open("value.bin", "rb").read(),' in rendering.as_python([given], HERE)
    assert rendering.masked([given]) == []


def test_lists_structures_and_switches() -> None:
    found = words(
        call(
            "RotateSecret",
            REGION,
            SecretId="s",
            RotationRules={"ScheduleExpression": "rate(4 hours)", "Duration": "2h"},
            RotateImmediately=False,
        )
    )

    assert found[5:] == [
        "--rotation-rules",
        '{"ScheduleExpression": "rate(4 hours)", "Duration": "2h"}',
        "--no-rotate-immediately",
    ]
    assert words(call("UntagResource", REGION, SecretId="s", TagKeys=["a b", "c"]))[-3:] == ["--tag-keys", "a b", "c"]
    assert words(call("DeleteSecret", REGION, SecretId="s", ForceDeleteWithoutRecovery=True))[-1] == (
        "--force-delete-without-recovery"
    )
    assert words(call("DeleteSecret", REGION, SecretId="s", RecoveryWindowInDays=7))[-1] == "7"


def test_the_token_is_left_to_the_client() -> None:
    """Sent again it would be the same call once more, which does nothing."""
    assert "token" not in cli(call("UpdateSecret", REGION, SecretId="s", ClientRequestToken="a" * 36)).lower()


def test_what_one_call_answers_is_what_the_next_one_takes() -> None:
    made = Result("key_id", ("KeyMetadata", "KeyId"))
    create = EquivalentCall("kms", "CreateKey", REGION, {"Description": "d"}, keeps=made)
    alias = call("CreateAlias", REGION, service_name="kms", AliasName="alias/a", TargetKeyId=made)

    text = cli(create, alias)

    assert text.startswith("key_id=$(aws kms create-key")
    assert "--query KeyMetadata.KeyId" in text
    assert '--target-key-id "$key_id"' in text
    python = rendering.as_python([create, alias], HERE)
    ast.parse(python)
    assert ')["KeyMetadata"]["KeyId"]' in python
    assert "TargetKeyId=key_id," in python


def test_a_call_for_each_of_many_is_a_loop() -> None:
    each = EquivalentCall(
        "secretsmanager", "RotateSecret", REGION, {"SecretId": Result("secret_id")}, each=("secret_id", ["a b", "c"])
    )

    text = cli(each)

    assert text.startswith("for secret_id in \\\n    'a b' \\\n    c\ndo\n    aws secretsmanager rotate-secret")
    assert '--secret-id "$secret_id"' in text
    assert text.endswith("\ndone")
    ast.parse(rendering.as_python([each], HERE))


def test_python_is_python_with_the_same_parameters() -> None:
    given = {"SecretId": 'a"b', "Description": "line\nbreak 'quoted' \\ back"}

    tree = ast.parse(rendering.as_python([call("UpdateSecret", REGION, **given)], HERE))

    made = tree.body[-1]
    assert isinstance(made, ast.Expr)
    assert isinstance(made.value, ast.Call)
    assert {keyword.arg: ast.literal_eval(keyword.value) for keyword in made.value.keywords} == given


def test_every_region_has_a_client_of_its_own() -> None:
    python = rendering.as_python(
        [call("RestoreSecret", region, SecretId="s") for region in (REGION, "eu-west-1")], HERE
    )

    flat = " ".join(python.split())
    assert 'secretsmanager = boto3.client( "secretsmanager", region_name="us-west-2"' in flat
    assert 'secretsmanager_eu_west_1 = boto3.client( "secretsmanager", region_name="eu-west-1"' in flat
    assert "\nsecretsmanager_eu_west_1.restore_secret(" in python


def test_a_parameter_that_the_model_does_not_have_is_our_mistake() -> None:
    with pytest.raises(TypeError, match="UpdateSecret"):
        call("UpdateSecret", REGION, SecretID="s")
