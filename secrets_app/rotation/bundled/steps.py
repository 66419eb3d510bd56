"""What every rotation function does alike: which version is being made, the first and the last of the four steps.

Knows boto3 and nothing of this server: on AWS Lambda, put the folder `bundled` into the function's package and name
the handler `bundled.postgresql_single_user.lambda_handler`, or another one of these modules.

Environment: SECRETS_MANAGER_ENDPOINT, and what a password is made of: PASSWORD_LENGTH (32), EXCLUDE_CHARACTERS
(of each function its own), EXCLUDE_NUMBERS, EXCLUDE_PUNCTUATION, EXCLUDE_UPPERCASE, EXCLUDE_LOWERCASE (false),
REQUIRE_EACH_INCLUDED_TYPE (true).
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


@dataclass(frozen=True, slots=True)
class Rotation:
    """One call: which version of which secret it is about. token and rotation_token are "" for checkSecret."""

    client: Any
    arn: str
    token: str
    rotation_token: str

    def __repr__(self) -> str:
        return f"Rotation({self.arn})"

    def text(self, stage: str) -> str:
        version = {"VersionId": self.token} if stage == PENDING else {}
        answer = self.client.get_secret_value(SecretId=self.arn, VersionStage=stage, **version)
        if "SecretString" not in answer:
            raise ValueError("The secret value is binary")
        text: str = answer["SecretString"]
        return text

    def value(self, stage: str) -> dict[str, Any]:
        return as_object(self.text(stage), "The secret value")

    def has(self, stage: str) -> bool:
        try:
            self.text(stage)
        except self.client.exceptions.ResourceNotFoundException:
            return False
        return True


Step = Callable[[Rotation], None]


def nothing(_rotation: Rotation) -> None:
    """A step that has nothing to do."""


def run(
    event: Mapping[str, str],
    *,
    new_value: Callable[[Rotation], str],
    set_secret: Step = nothing,
    test_secret: Step = nothing,
    check_secret: Step | None = None,
) -> None:
    """One step. Each may be run any number of times: what was done already is found, and done no second time.

    new_value: the text to store as AWSPENDING. check_secret: for functions in CAN_CHECK.
    """
    client = boto3.client("secretsmanager", endpoint_url=os.environ["SECRETS_MANAGER_ENDPOINT"])
    arn, step = event["SecretId"], event["Step"]
    if step == "checkSecret" and check_secret is not None:
        check_secret(Rotation(client, arn, "", ""))
        return
    rotation = Rotation(client, arn, event["ClientRequestToken"], event.get("RotationToken", ""))
    if _is_done(rotation):
        return
    steps: dict[str, Step] = {
        "createSecret": lambda rotation: _create_secret(rotation, new_value),
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": _finish_secret,
    }
    if step not in steps:
        raise ValueError("Invalid step parameter")
    steps[step](rotation)


def _create_secret(rotation: Rotation, new_value: Callable[[Rotation], str]) -> None:
    """Store the new value as AWSPENDING, unless an earlier attempt did."""
    text = new_value(rotation) if not rotation.has(PENDING) else None
    if text is None:
        return
    # The token proves that this put belongs to the rotation under way; late puts of ended ones are refused.
    proof = {"RotationToken": rotation.rotation_token} if rotation.rotation_token else {}
    rotation.client.put_secret_value(
        SecretId=rotation.arn,
        ClientRequestToken=rotation.token,
        SecretString=text,
        VersionStages=[PENDING],
        **proof,
    )


def _finish_secret(rotation: Rotation) -> None:
    """Make the new version current. AWSPREVIOUS follows by itself; AWSPENDING has done its work."""
    client, arn, token = rotation.client, rotation.arn, rotation.token
    versions = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    current = next(version for version, labels in versions.items() if CURRENT in labels)
    client.update_secret_version_stage(
        SecretId=arn, VersionStage=CURRENT, MoveToVersionId=token, RemoveFromVersionId=current
    )
    client.update_secret_version_stage(SecretId=arn, VersionStage=PENDING, RemoveFromVersionId=token)


def _is_done(rotation: Rotation) -> bool:
    """Whether the version is current already. Raises ValueError if this rotation isn't one that should go on."""
    description = rotation.client.describe_secret(SecretId=rotation.arn)
    if not description.get("RotationEnabled"):
        raise ValueError("Rotation is not enabled for the secret")
    labels = description["VersionIdsToStages"].get(rotation.token)
    if labels is None:
        raise ValueError("The secret version has no stage for rotation")
    if CURRENT in labels:
        return True
    if PENDING not in labels:
        raise ValueError("The secret version is not set as AWSPENDING for rotation")
    return False


def as_object(text: str, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        # Not "from error": the decoder's message could quote the value.
        raise ValueError(f"{what} is not JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("password"), str):
        raise ValueError(f'{what} is not a JSON object with a "password"')
    return value


def new_password(client: Any, *, exclude: str = "/@\"'\\", **changed: Any) -> str:
    """Of GetRandomPassword, as the environment says. changed: members of the request that the function fixes."""
    asked = {
        "PasswordLength": int(os.environ.get("PASSWORD_LENGTH", "32")),
        "ExcludeCharacters": os.environ.get("EXCLUDE_CHARACTERS", exclude),
        "ExcludeNumbers": _flag("EXCLUDE_NUMBERS", "false"),
        "ExcludePunctuation": _flag("EXCLUDE_PUNCTUATION", "false"),
        "ExcludeUppercase": _flag("EXCLUDE_UPPERCASE", "false"),
        "ExcludeLowercase": _flag("EXCLUDE_LOWERCASE", "false"),
        "RequireEachIncludedType": _flag("REQUIRE_EACH_INCLUDED_TYPE", "true"),
    }
    password: str = client.get_random_password(**{**asked, **changed})["RandomPassword"]
    return password


def _flag(name: str, default: str) -> bool:
    return os.environ.get(name, default).lower() in ("true", "1", "yes")
