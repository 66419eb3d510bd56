"""A second evaluator, written from security.md 1.2 to 1.4 without a look at the first: slow, plain, and on raw JSON.

It knows one moment, one kind of request and the operators below; where both know something, they have to agree.
"""

import ipaddress
import re
from typing import Any

Json = dict[str, Any]

NEGATED = {
    "StringNotEquals",
    "StringNotLike",
    "StringNotEqualsIgnoreCase",
    "NotIpAddress",
    "NumericNotEquals",
    "ArnNotLike",
}


def glob(pattern: str, text: str) -> bool:
    """By dynamic programming: reached[j] is whether the pattern so far fits the first j characters."""
    reached = [True] + [False] * len(text)
    for character in pattern:
        if character == "*":
            for j in range(1, len(text) + 1):
                reached[j] = reached[j] or reached[j - 1]
        else:
            fits = [reached[j] and character in ("?", text[j]) for j in range(len(text))]
            reached = [False, *fits]
    return reached[-1]


def arn_glob(pattern: str, arn: str) -> bool:
    patterns, fields = pattern.split(":", 5), arn.split(":", 5)
    if len(patterns) != len(fields):
        return False
    return all(glob(each, field) for each, field in zip(patterns, fields, strict=True))


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def with_variables(text: str, context: Json) -> str | None:
    """Only for values without wildcards in them."""
    missing = False

    def value_of(match: re.Match[str]) -> str:
        nonlocal missing
        found = context.get(match[1].lower(), match[2])
        missing = missing or found is None
        return str(found)

    written = re.sub(r"\$\{([^},]+)(?:, '([^']*)')?\}", value_of, text)
    return None if missing else written


def resource_fits(pattern: str, resource: str, context: Json) -> bool:
    if pattern == "*":
        return True
    resolved = with_variables(pattern, context)
    if resolved is None:
        return False
    fields = resolved.split(":", 5)
    return arn_glob(":".join([*fields, *["*"] * (6 - len(fields))]), resource)


def one_holds(operator: str, wanted: Any, asked: str, context: Json) -> bool:
    """Of the operator without its negation."""
    wanted = str(wanted).lower() if isinstance(wanted, bool) else str(wanted)
    if operator.startswith(("String", "Arn")):
        resolved = with_variables(wanted, context)
        if resolved is None:
            return False
        wanted = resolved
    match operator.replace("Not", ""):
        case "StringEquals":
            return bool(asked == wanted)
        case "StringEqualsIgnoreCase":
            return bool(asked.lower() == wanted.lower())
        case "StringLike":
            return glob(wanted, asked)
        case "ArnLike" | "ArnEquals":
            return arn_glob(wanted, asked)
        case "IpAddress":
            return ipaddress.ip_address(asked) in ipaddress.ip_network(wanted, strict=False)
        case "Bool":
            return bool(asked == wanted)
        case "NumericEquals":
            return float(asked) == float(wanted)
        case "NumericLessThan":
            return float(asked) < float(wanted)
        case "NumericGreaterThanEquals":
            return float(asked) >= float(wanted)
    raise AssertionError(operator)


def condition_holds(full: str, key: str, values: list[Any], context: Json) -> bool:
    qualifier, _, operator = full.rpartition(":")
    present = [
        str(each).lower() if isinstance(each, bool) else str(each) for each in listed(context.get(key.lower(), []))
    ]
    if operator == "Null":
        return str(not present).lower() in [str(value).lower() for value in values]
    if operator.endswith("IfExists"):
        if not present:
            return True
        operator = operator.removesuffix("IfExists")
    negated = operator in NEGATED

    def holds(asked: str) -> bool:
        return any(one_holds(operator, value, asked, context) for value in values) != negated

    if qualifier == "ForAllValues":
        return all(map(holds, present))
    if qualifier == "ForAnyValue":
        return any(map(holds, present))
    if not present:
        return negated
    return all(map(holds, present)) if negated else any(map(holds, present))


def covers(statement: Json, action: str, resource: str, context: Json) -> bool:
    actions = listed(statement.get("Action", statement.get("NotAction")))
    if any(glob(each.lower(), action.lower()) for each in actions) != ("Action" in statement):
        return False
    resources = listed(statement.get("Resource", statement.get("NotResource")))
    if any(resource_fits(each, resource, context) for each in resources) != ("Resource" in statement):
        return False
    return all(
        condition_holds(operator, key, listed(values), context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


def decide(situation: Json, action: str, resource: str, owner: str) -> str:
    """situation: who (ARN, account, kind), identity, boundary, session, resource: lists of statements or None."""
    arn, account, kind = situation["who"]
    context = {key.lower(): value for key, value in situation["context"].items()}
    role = re.sub(r":sts::(\d+):assumed-role/([^/]+)/.*", r":iam::\1:role/\2", arn) if kind == "role-session" else None

    def applying(name: str, effect: str) -> list[Json]:
        return [
            each
            for each in situation[name] or []
            if each["Effect"] == effect and covers(each, action, resource, context)
        ]

    def names(statement: Json) -> set[str]:
        principal = statement["Principal"]
        if principal == "*":
            return {"*"}
        aws = set(listed(principal.get("AWS", [])))
        return aws | {f"service:{name}" for name in listed(principal.get("Service", []))}

    def name_account(named: set[str]) -> bool:
        return bool(named & {account, f"arn:aws:iam::{account}:root"})

    denied_by = [
        each
        for each in applying("resource", "Deny")
        if "*" in (named := names(each))
        or named & {arn, role}
        or (kind != "service" and name_account(named))
        or f"service:{arn}" in named
    ]
    allowed_by = [names(each) for each in applying("resource", "Allow")]
    if kind == "service":
        if denied_by:
            return "ExplicitDeny"
        return "Allow" if any(f"service:{arn}" in named for named in allowed_by) else "ImplicitDeny"
    if denied_by or any(applying(name, "Deny") for name in ("identity", "boundary", "session")):
        return "ExplicitDeny"
    bound = situation["boundary"] is None or bool(applying("boundary", "Allow"))
    session = bool(applying("session", "Allow")) if situation["session"] else kind != "federated-user"
    own = (kind == "root" or bool(applying("identity", "Allow"))) and bound and session
    if account != owner:
        let_in = any("*" in named or named & {arn, role} or name_account(named) for named in allowed_by)
        return "Allow" if own and let_in else "ImplicitDeny"
    if any("*" in named or arn in named for named in allowed_by):
        return "Allow"
    if any(role in named for named in allowed_by) and bound and session:
        return "Allow"
    return "Allow" if own else "ImplicitDeny"
