"""Read and build ARNs; the six random characters at the end of a secret's ARN."""

import re
import secrets
import string
from typing import NamedTuple

SUFFIX_ALPHABET = string.ascii_letters + string.digits
_LOOKS_COMPLETE = re.compile(r"-[A-Za-z0-9]{6}\Z")


class SecretArn(NamedTuple):
    region: str
    account: str
    name: str
    suffix: str  # "" for a partial ARN: the ARN without hyphen and six characters


def random_suffix() -> str:
    return "".join(secrets.choice(SUFFIX_ALPHABET) for _ in range(6))


def secret(region: str, account: str, name: str, suffix: str) -> str:
    return f"arn:aws:secretsmanager:{region}:{account}:secret:{name}-{suffix}"


def kms_key(region: str, account: str, key_id: str) -> str:
    return f"arn:aws:kms:{region}:{account}:key/{key_id}"


def kms_alias(region: str, account: str, alias_name: str) -> str:
    """alias_name includes its prefix: "alias/prod"."""
    return f"arn:aws:kms:{region}:{account}:{alias_name}"


def function(region: str, account: str, name: str) -> str:
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def iam(account: str, rest: str) -> str:
    """rest: "user/alice", "root", "role/reader"."""
    return f"arn:aws:iam::{account}:{rest}"


def role_session(account: str, role_name: str, session_name: str) -> str:
    """Without the role's path."""
    return f"arn:aws:sts::{account}:assumed-role/{role_name}/{session_name}"


def read_secret(arn: str) -> SecretArn | None:
    """The parts of a secret's ARN, whole or partial; None if it is no such ARN.

    What ends in a hyphen and six letters or digits is taken for a whole ARN, even where the name itself ends so:
    recorded from the real service (api.md 4.2).
    """
    parts = arn.split(":", 6)
    if len(parts) != 7 or parts[:3] != ["arn", "aws", "secretsmanager"] or parts[5] != "secret" or not parts[6]:
        return None
    name, suffix = parts[6], ""
    if _LOOKS_COMPLETE.search(name):
        name, suffix = name[:-7], name[-6:]
    return SecretArn(region=parts[3], account=parts[4], name=name, suffix=suffix)
