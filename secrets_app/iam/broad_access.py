"""Would this resource policy let in people nobody named?

Source: user guide of 2020, "Managing a resource-based policy", and the S3 page it refers to, "The meaning of public".
"""

import re

from secrets_app.iam.conditions import Condition
from secrets_app.iam.policy_document import Policy, Statement
from secrets_app.iam.values import ip_network

# A range below these prefixes is called broad on the S3 page.
_NARROWEST_BROAD_PREFIX = {4: 7, 6: 31}

_TEXT_OPERATORS = {
    "StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike",
}  # fmt: skip
_NARROWING_KEYS = {
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceaccount",
    "aws:principalorgid",
    "aws:principalaccount",
    "aws:principalarn",
}
_NOT_FIXED = re.compile(r"[*?]|\$\{")


def grants_broad_access(policy: Policy) -> bool:
    """One Allow for everyone that no condition narrows to fixed values is enough. A Deny never is."""
    return any(_is_for_everyone(statement) and not _is_narrowed(statement) for statement in policy.allows)


def _is_for_everyone(statement: Statement) -> bool:
    return statement.not_principal or (statement.principals is not None and statement.principals.anyone)


def _is_narrowed(statement: Statement) -> bool:
    """No condition narrows a NotPrincipal: whom it leaves out stays open."""
    return not statement.not_principal and any(_narrows(condition) for condition in statement.conditions)


def _narrows(condition: Condition) -> bool:
    operator = condition.operator
    if operator.if_exists or operator.qualifier == "ForAllValues":  # both hold when the key is absent
        return False
    if operator.name == "IpAddress":
        return condition.key == "aws:sourceip" and all(map(_is_narrow_range, condition.values))
    if operator.name not in _TEXT_OPERATORS or condition.key not in _NARROWING_KEYS:
        return False
    return not any(_NOT_FIXED.search(value) for value in condition.values)


def _is_narrow_range(cidr: str) -> bool:
    """What is no range at all matches nobody."""
    network = ip_network(cidr)
    return network is None or network.prefixlen > _NARROWEST_BROAD_PREFIX[network.version]
