"""A rotation function for any JSON secret with a "password": gives it a new random one and keeps all other keys.

There is nothing to log in to: setSecret has nothing to set, and testSecret reads the new value back. It is an ordinary
rotation function, written against boto3 alone, and runs on AWS Lambda as it runs here.

Environment: SECRETS_MANAGER_ENDPOINT, and what the password is made of: PASSWORD_LENGTH (32), EXCLUDE_CHARACTERS
(/@"'\\), EXCLUDE_NUMBERS, EXCLUDE_PUNCTUATION, EXCLUDE_UPPERCASE, EXCLUDE_LOWERCASE (false),
REQUIRE_EACH_INCLUDED_TYPE (true).
"""

import json
import os
from typing import Any

import boto3


def lambda_handler(event: dict[str, str], _context: object) -> None:
    client = boto3.client("secretsmanager", endpoint_url=os.environ["SECRETS_MANAGER_ENDPOINT"])
    arn, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    if _is_done(client, arn, token):
        return
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    if step not in steps:
        raise ValueError("Invalid step parameter")
    steps[step](client, event)


def create_secret(client: Any, event: dict[str, str]) -> None:
    """Store the new value as AWSPENDING, unless an earlier attempt did."""
    arn, token = event["SecretId"], event["ClientRequestToken"]
    value = _read(client, arn, "AWSCURRENT")
    try:
        _read(client, arn, "AWSPENDING", token)
    except client.exceptions.ResourceNotFoundException:
        value["password"] = _new_password(client)
        # The token proves that this put belongs to the rotation under way; late puts of ended ones are refused.
        client.put_secret_value(
            SecretId=arn,
            ClientRequestToken=token,
            SecretString=json.dumps(value),
            VersionStages=["AWSPENDING"],
            RotationToken=event["RotationToken"],
        )


def set_secret(_client: Any, _event: dict[str, str]) -> None:
    """No other system holds this password."""


def test_secret(client: Any, event: dict[str, str]) -> None:
    """The new value can be read, and has a password and the same keys as the current one."""
    pending = _read(client, event["SecretId"], "AWSPENDING", event["ClientRequestToken"])
    current = _read(client, event["SecretId"], "AWSCURRENT")
    if pending.keys() != current.keys():
        raise ValueError("The pending value has other keys than the current one")


def finish_secret(client: Any, event: dict[str, str]) -> None:
    """Make the new version current. AWSPREVIOUS follows by itself; AWSPENDING has done its work."""
    arn, token = event["SecretId"], event["ClientRequestToken"]
    versions = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    current = next(version for version, labels in versions.items() if "AWSCURRENT" in labels)
    client.update_secret_version_stage(
        SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
    )
    client.update_secret_version_stage(SecretId=arn, VersionStage="AWSPENDING", RemoveFromVersionId=token)


def _is_done(client: Any, arn: str, token: str) -> bool:
    """Whether the version is current already. Raises ValueError if this rotation isn't one that should go on."""
    description = client.describe_secret(SecretId=arn)
    if not description.get("RotationEnabled"):
        raise ValueError("Rotation is not enabled for the secret")
    labels = description["VersionIdsToStages"].get(token)
    if labels is None:
        raise ValueError("The secret version has no stage for rotation")
    if "AWSCURRENT" in labels:
        return True
    if "AWSPENDING" not in labels:
        raise ValueError("The secret version is not set as AWSPENDING for rotation")
    return False


def _read(client: Any, arn: str, stage: str, token: str | None = None) -> dict[str, Any]:
    version = {"VersionId": token} if token else {}
    text = client.get_secret_value(SecretId=arn, VersionStage=stage, **version).get("SecretString")
    try:
        value = json.loads(text or "")
    except ValueError:
        # Not "from error": the decoder's message could quote the value.
        raise ValueError("The secret value is not JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("password"), str):
        raise ValueError('The secret value is not a JSON object with a "password"')
    return value


def _new_password(client: Any) -> str:
    password: str = client.get_random_password(
        PasswordLength=int(os.environ.get("PASSWORD_LENGTH", "32")),
        ExcludeCharacters=os.environ.get("EXCLUDE_CHARACTERS", "/@\"'\\"),
        ExcludeNumbers=_flag("EXCLUDE_NUMBERS", "false"),
        ExcludePunctuation=_flag("EXCLUDE_PUNCTUATION", "false"),
        ExcludeUppercase=_flag("EXCLUDE_UPPERCASE", "false"),
        ExcludeLowercase=_flag("EXCLUDE_LOWERCASE", "false"),
        RequireEachIncludedType=_flag("REQUIRE_EACH_INCLUDED_TYPE", "true"),
    )["RandomPassword"]
    return password


def _flag(name: str, default: str) -> bool:
    return os.environ.get(name, default).lower() in ("true", "1", "yes")
