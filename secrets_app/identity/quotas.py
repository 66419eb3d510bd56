"""How much of everything there may be. Source: IAM User Guide, "IAM and AWS STS quotas", the default of each.

Characters are counted without white space, as IAM does.
"""

from secrets_app.errors import AwsError

from .errors import LimitExceededException

ACCESS_KEYS_PER_USER = 2
ATTACHED_POLICIES = 10
GROUPS_PER_USER = 10
VERSIONS_PER_POLICY = 5
TAGS = 50
MANAGED_POLICY_CHARACTERS = 6_144
TRUST_POLICY_CHARACTERS = 2_048
INLINE_POLICY_CHARACTERS = {"user": 2_048, "role": 10_240, "group": 5_120}
PER_ACCOUNT = {"user": 5_000, "group": 300, "role": 1_000, "policy": 1_500}
_NAMES = {"user": "Users", "group": "Groups", "role": "Roles", "policy": "Policies"}


def check_account(kind: str, there: int) -> None:
    """there: how many the account has before one more."""
    if there >= PER_ACCOUNT[kind]:
        raise exceeded(f"{_NAMES[kind]}PerAccount", PER_ACCOUNT[kind])


def exceeded(quota: str, limit: int, *, parameter: str = "") -> AwsError:
    """quota: as IAM names it, "AccessKeysPerUser"."""
    return LimitExceededException(f"Cannot exceed quota for {quota}: {limit}", parameter=parameter)


def characters(document: str) -> int:
    return len("".join(document.split()))
