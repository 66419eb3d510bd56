"""The Principal and NotPrincipal elements: whom they name, and how closely they name a caller.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

import enum
import re
from dataclasses import dataclass

from secrets_app.iam.errors import MalformedPolicy, UnsupportedPrincipal

_TYPES = {"AWS", "Service", "Federated", "CanonicalUser"}

_ACCOUNT_ID = re.compile(r"(\d{12})", re.ASCII)
_ACCOUNT_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root", re.ASCII)
_NAMED = re.compile(
    r"arn:aws[a-z-]*:(?:"
    r"iam::\d{12}:(?:user|role)/[^*?\s:]+"
    r"|sts::\d{12}:assumed-role/[^*?\s:/]+/[^*?\s:/]+"
    r"|sts::\d{12}:federated-user/[^*?\s:/]+)",
    re.ASCII,
)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,124}")


class Naming(enum.IntEnum):
    """How closely a caller is named. The closer, the less else has to agree inside one account."""

    NOT = 0
    ACCOUNT = 1  # its account: passes the question on to that account's policies
    ROLE = 2  # the role behind a session: boundary and session policies still limit it
    DIRECTLY = 3  # its own ARN, its service, or everyone


@dataclass(frozen=True, slots=True)
class Principals:
    anyone: bool  # "*" or {"AWS": "*"}
    arns: frozenset[str]  # users, roles, sessions, federated users
    accounts: frozenset[str]
    services: frozenset[str]
    unique_ids: frozenset[str]  # of users and roles: what a stored policy says instead of their ARNs

    def naming(self, arn: str, role_arn: str, account: str, unique_id: str = "") -> Naming:
        """How this names an AWS principal. role_arn: "" unless it is a role's session; unique_id: the user's or the
        role's."""
        if self.anyone:
            return Naming.DIRECTLY
        if role_arn and (role_arn in self.arns or unique_id in self.unique_ids):
            return Naming.DIRECTLY if arn != role_arn and arn in self.arns else Naming.ROLE
        if arn in self.arns or (not role_arn and unique_id in self.unique_ids):
            return Naming.DIRECTLY
        return Naming.ACCOUNT if account in self.accounts else Naming.NOT

    def name_in_full(self, arn: str, role_arn: str, account: str, unique_id: str = "") -> bool:
        """Does a NotPrincipal spare this principal from a Deny? Only with its ARN, its role's and its account."""
        if self.anyone:
            return True
        if account not in self.accounts:
            return False
        if arn.endswith(":root"):
            return True
        if (role_arn or arn) not in self.arns and unique_id not in self.unique_ids:
            return False
        return not role_arn or arn == role_arn or arn in self.arns


def parse_principals(given: object) -> Principals:
    """The value of a Principal or NotPrincipal element, as JSON has it.

    Raises MalformedPolicy, or its kind UnsupportedPrincipal when the form is right but nobody can be meant.
    """
    if given == "*":
        given = {"AWS": "*"}
    if not isinstance(given, dict) or not given:
        raise MalformedPolicy('A Principal is "*" or an object.')
    if unknown := set(given) - _TYPES:
        raise MalformedPolicy(f"{min(unknown)!r} is not a type of principal.")
    named = {principal_type: _names(value) for principal_type, value in given.items()}
    aws = named.pop("AWS", frozenset())
    for name in sorted(frozenset().union(*named.values())):
        if not name.strip() or "*" in name or "?" in name:
            raise UnsupportedPrincipal(f"{name!r} is not a principal.")
    return _aws_principals(aws, named.get("Service", frozenset()))


def _names(value: object) -> frozenset[str]:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) for name in names):
        raise MalformedPolicy("A Principal names its principals by a string or a list of strings.")
    return frozenset(names)


def _aws_principals(aws: frozenset[str], services: frozenset[str]) -> Principals:
    accounts = {name: account for name in aws if (account := _account(name))}
    unique_ids = frozenset(name for name in aws if _UNIQUE_ID.fullmatch(name))
    arns = aws - accounts.keys() - unique_ids - {"*"}
    for name in sorted(arns):
        if not _NAMED.fullmatch(name):
            raise UnsupportedPrincipal(f"{name!r} is not an account or the ARN of a user, a role or a session.")
    return Principals("*" in aws, arns, frozenset(accounts.values()), services, unique_ids)


def _account(principal: str) -> str | None:
    """The account an "123456789012" or "arn:aws:iam::123456789012:root" names."""
    match = _ACCOUNT_ID.fullmatch(principal) or _ACCOUNT_ROOT.fullmatch(principal)
    return match[1] if match else None
