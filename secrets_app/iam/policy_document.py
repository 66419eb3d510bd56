"""A policy as text, taken apart into statements that are ready to be asked.

Source of the grammar: IAM User Guide, "Grammar of the IAM JSON policy language" and "Principal".
"""

import functools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NoReturn

from secrets_app.iam.conditions import Condition, compile_condition, operator_named
from secrets_app.iam.context import RequestContext
from secrets_app.iam.errors import MalformedPolicy as MalformedPolicy
from secrets_app.iam.errors import UnknownVersion as UnknownVersion
from secrets_app.iam.errors import UnsupportedPrincipal as UnsupportedPrincipal
from secrets_app.iam.matching import ARN_FIELDS, Actions, Resources
from secrets_app.iam.principals import Principals, parse_principals

# trust: who may assume a role; it has no Resource. key: the policy of a KMS key.
Kind = Literal["identity", "resource", "trust", "key"]
Effect = Literal["Allow", "Deny"]

VERSION_WITH_VARIABLES = "2012-10-17"
_VERSIONS = (VERSION_WITH_VARIABLES, "2008-10-17")

# Of a resource policy and a key policy: documented quotas. Of the others: what IAM's model lets through at all; the
# quotas of users, groups, roles and managed policies are smaller, and not a matter of the language.
_LONGEST: dict[Kind, int] = {"identity": 131_072, "resource": 20_480, "trust": 131_072, "key": 32_768}
_USUALLY_SHORTER = 4_096

_POLICY_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT_ELEMENTS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip

_IDENTITY_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"\*|\*:\*|[A-Za-z0-9-]+:[^:\s]+")


@dataclass(frozen=True, slots=True)
class Statement:
    index: int  # position in the document, from 0
    sid: str
    effect: Effect
    principals: Principals | None  # None: the statement of an identity policy
    not_principal: bool
    conditions: tuple[Condition, ...]
    actions: Actions = field(compare=False, repr=False)
    not_action: bool
    resources: Resources = field(compare=False, repr=False)
    not_resource: bool

    def covers(self, folded_action: str, resource: str, context: RequestContext) -> bool:
        """Do action, resource and every condition match? Principals are for the evaluator to ask."""
        if self.actions.include(folded_action, context) is self.not_action:
            return False
        if self.resources.include(resource, context) is self.not_resource:
            return False
        for condition in self.conditions:  # noqa: SIM110  a generator costs more than the questions
            if not condition.holds(context):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Policy:
    """Two policies are equal when kind, name and text are."""

    kind: Kind
    name: str  # the ARN of a managed policy, any name for another
    text: str = field(repr=False)
    allows: tuple[Statement, ...] = field(compare=False, repr=False)
    denies: tuple[Statement, ...] = field(compare=False, repr=False)


def parse(text: str, *, kind: Kind, name: str = "") -> Policy:
    """The policy in `text`; parsed once for each content.

    Raises MalformedPolicy.
    """
    if len(text) > _LONGEST[kind]:
        raise MalformedPolicy(f"The policy has {len(text):,} characters; {_LONGEST[kind]:,} are the most.")
    return (_parsed if len(text) <= _USUALLY_SHORTER else _parsed_long)(text, kind, name)


def _taken_apart(text: str, kind: Kind, name: str) -> Policy:
    document = _json_object(text)
    if unknown := set(document) - _POLICY_ELEMENTS:
        raise MalformedPolicy(f"A policy has no element {min(unknown)!r}.")
    variables = _version(document) == VERSION_WITH_VARIABLES
    if "Id" in document:
        _check_id(document["Id"], kind)
    given = document.get("Statement")
    given = [given] if isinstance(given, dict) else given
    if not isinstance(given, list) or not given:
        raise MalformedPolicy("A policy needs a Statement: an object or a list of at least one.")
    statements = [_statement(each, index, kind, variables=variables) for index, each in enumerate(given)]
    if kind == "identity":
        _refuse_repeated_sids(statements)
    return Policy(
        kind,
        name,
        text,
        allows=tuple(statement for statement in statements if statement.effect == "Allow"),
        denies=tuple(statement for statement in statements if statement.effect == "Deny"),
    )


_parsed = functools.lru_cache(maxsize=1024)(_taken_apart)
_parsed_long = functools.lru_cache(maxsize=64)(_taken_apart)  # a few hundred kilobytes each


# -- JSON


def _json_object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_int=Decimal,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        raise MalformedPolicy(f"The policy is not valid JSON: {error.msg}.", line=error.lineno) from None
    except RecursionError:
        raise MalformedPolicy("The policy is nested too deeply.") from None
    except ArithmeticError:
        raise MalformedPolicy("The policy has a number with too large an exponent.") from None
    if not isinstance(document, dict):
        raise MalformedPolicy("A policy is a JSON object.")
    return document


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise MalformedPolicy(f"The element {key!r} is there twice.")
        found[key] = value
    return found


def _refuse_constant(constant: str) -> NoReturn:
    raise MalformedPolicy(f"{constant} is not a JSON value.")


# -- elements of the policy


def _version(document: dict[str, Any]) -> str:
    version = document.get("Version", "2008-10-17")
    if version not in _VERSIONS:
        raise UnknownVersion("The Version of a policy is 2012-10-17 or 2008-10-17.")
    return str(version)


def _check_id(policy_id: object, kind: Kind) -> None:
    if kind == "identity":
        raise MalformedPolicy("An identity-based policy has no Id.")
    if not isinstance(policy_id, str):
        raise MalformedPolicy("The Id of a policy is a string.")


def _refuse_repeated_sids(statements: Iterable[Statement]) -> None:
    seen: set[str] = set()
    for statement in statements:
        if statement.sid and statement.sid in seen:
            raise MalformedPolicy(f"The Sid {statement.sid!r} is there twice.")
        seen.add(statement.sid)


# -- elements of a statement


def _statement(given: object, index: int, kind: Kind, *, variables: bool) -> Statement:
    if not isinstance(given, dict):
        raise MalformedPolicy("A Statement is an object.")
    if unknown := set(given) - _STATEMENT_ELEMENTS:
        raise MalformedPolicy(f"A statement has no element {min(unknown)!r}.")
    effect = given.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedPolicy("The Effect of a statement is Allow or Deny.")
    action_element = _one_of(given, "Action", "NotAction")
    resources, not_resource = _resources_element(given, kind, variables=variables)
    return Statement(
        index=index,
        sid=_sid(given.get("Sid", ""), kind),
        effect=effect,
        principals=_principals_element(given, kind),
        not_principal="NotPrincipal" in given,
        conditions=_conditions(given.get("Condition", {}), variables=variables),
        actions=Actions(_checked_actions(_texts(given[action_element], action_element))),
        not_action=action_element == "NotAction",
        resources=resources,
        not_resource=not_resource,
    )


def _sid(sid: object, kind: Kind) -> str:
    if not isinstance(sid, str):
        raise MalformedPolicy("A Sid is a string.")
    if kind == "identity" and not _IDENTITY_SID.fullmatch(sid):
        raise MalformedPolicy("The Sid of an identity-based policy has only letters and digits.")
    return sid


def _one_of(given: dict[str, Any], element: str, not_element: str) -> str:
    """The name of the one that is there."""
    present = [name for name in (element, not_element) if name in given]
    if len(present) != 1:
        raise MalformedPolicy(f"A statement needs either {element} or {not_element}.")
    return present[0]


def _texts(value: object, element: str) -> list[str]:
    values = value if isinstance(value, list) else [value]
    texts = [each for each in values if isinstance(each, str)]
    if not values or len(texts) != len(values):
        raise MalformedPolicy(f"{element} is a string or a list of strings.")
    return texts


def _checked_actions(actions: list[str]) -> list[str]:
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise MalformedPolicy(f"{action!r} is not an action: they are written service:Action.")
    return actions


def _resources_element(given: dict[str, Any], kind: Kind, *, variables: bool) -> tuple[Resources, bool]:
    """What it lists, and whether it lists what is left out."""
    if kind == "trust":
        if "Resource" in given or "NotResource" in given:
            raise MalformedPolicy("A trust policy has no Resource: it is about the role it belongs to.")
        return Resources(["*"], variables=False), False
    element = _one_of(given, "Resource", "NotResource")
    resources = _checked_resources(_texts(given[element], element), kind)
    return Resources(resources, variables=variables), element == "NotResource"


def _checked_resources(resources: list[str], kind: Kind) -> list[str]:
    for resource in resources:
        if resource == "*":
            continue
        if not resource.startswith("arn:"):
            raise MalformedPolicy(f"{resource!r} is neither an ARN nor *.")
        if kind in ("resource", "key") and resource.count(":") < ARN_FIELDS - 1:
            raise MalformedPolicy(f"{resource!r} is not a whole ARN.")
    return resources


def _conditions(given: object, *, variables: bool) -> tuple[Condition, ...]:
    if not isinstance(given, dict):
        raise MalformedPolicy("A Condition is an object.")
    conditions = []
    for name, keys in given.items():
        operator = operator_named(name)
        if not isinstance(keys, dict):
            raise MalformedPolicy(f"The condition operator {name!r} takes an object of keys and values.")
        for key, value in keys.items():
            if ":" not in key.strip(":"):
                raise MalformedPolicy(f"{key!r} is not a condition key: they are written service:Key.")
            conditions.append(compile_condition(operator, key, _condition_values(value), variables=variables))
    return tuple(conditions)


def _condition_values(value: object) -> list[str]:
    return [_condition_value(each) for each in (value if isinstance(value, list) else [value])]


def _condition_value(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return str(value)
    raise MalformedPolicy("The value of a condition key is a string, a number or a boolean, or a list of them.")


# -- principals


def _principals_element(given: dict[str, Any], kind: Kind) -> Principals | None:
    if kind == "identity":
        if "Principal" in given or "NotPrincipal" in given:
            raise MalformedPolicy("An identity-based policy has no Principal.")
        return None
    return parse_principals(given[_one_of(given, "Principal", "NotPrincipal")])
