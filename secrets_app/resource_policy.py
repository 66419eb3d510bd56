"""The checks a resource policy passes before it is stored: syntax, principals, broad access, lock-out.

Source of the sentences: user guide of 2020, "Managing a resource-based policy", and recorded answers (security.md 2.2).
AWS does not publish the names of its checks; these four are ours.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from secrets_app.iam import broad_access, service_principals
from secrets_app.iam.context import ContextValue
from secrets_app.iam.evaluate import Caller, Request, evaluate
from secrets_app.iam.policy_document import MalformedPolicy, Policy, UnknownVersion, UnsupportedPrincipal, parse
from secrets_app.iam.principals import Principals

SYNTAX_ERROR = "This resource policy contains a syntax error."
UNKNOWN_VERSION = "This policy has invalid syntax."
UNSUPPORTED_PRINCIPAL = "This resource policy contains an unsupported principal."
UNSUPPORTED_SERVICE_PRINCIPAL = "This resource policy contains an unsupported service principal."
BROAD_ACCESS = (
    "This resource policy grants broad access to your secret. "
    "Secrets Manager does not allow creating and applying such policies in the console."
)
LOCKOUT = "Your requested changes will not allow you to manage this secret in the future."

# Without these nobody can repair the policy that took them away.
_MANAGING_ACTIONS = ("PutResourcePolicy", "DeleteResourcePolicy", "GetResourcePolicy")


@dataclass(frozen=True, slots=True)
class Finding:
    """error_message is AWS's sentence; detail and line are ours, for whoever has to repair the document."""

    check_name: str
    error_message: str
    detail: str = ""
    line: int | None = None


def findings(
    document: str,
    *,
    caller: Caller,
    context: Mapping[str, ContextValue],
    secret_arn: str,
    secret_account: str,
    principal_exists: Callable[[str], bool],
) -> list[Finding]:
    """Everything that speaks against `document` as the policy of this secret; empty when nothing does.

    principal_exists is asked for the ARN of every user and role in it. Accounts and sessions are not looked up.
    """
    try:
        policy = parse(document, kind="resource")
    except UnsupportedPrincipal as error:
        return [Finding("PRINCIPAL", UNSUPPORTED_PRINCIPAL, str(error))]
    except UnknownVersion as error:
        return [Finding("SYNTAX", UNKNOWN_VERSION, str(error), error.line)]
    except MalformedPolicy as error:
        return [Finding("SYNTAX", SYNTAX_ERROR, str(error), error.line)]

    found = [*_allowed_by_exclusion(policy), *_unknown_principals(policy, principal_exists)]
    if broad_access.grants_broad_access(policy):
        found.append(Finding("BROAD_ACCESS", BROAD_ACCESS))
    if _locks_out(policy, caller, context, secret_arn, secret_account):
        found.append(Finding("LOCKOUT", LOCKOUT))
    return found


def _allowed_by_exclusion(policy: Policy) -> Iterator[Finding]:
    """NotPrincipal with Allow opens a secret to everyone else, known or not. IAM discourages it; we refuse it."""
    if any(statement.not_principal for statement in policy.allows):
        yield Finding("SYNTAX", SYNTAX_ERROR, "NotPrincipal cannot be used with Allow.")


def _unknown_principals(policy: Policy, principal_exists: Callable[[str], bool]) -> Iterator[Finding]:
    named = [statement.principals for statement in (*policy.allows, *policy.denies) if statement.principals]
    users_and_roles = sorted({arn for principals in named for arn in _users_and_roles(principals)})
    gone = sorted({unique_id for principals in named for unique_id in principals.unique_ids})
    if unknown := [*gone, *(arn for arn in users_and_roles if not principal_exists(arn))]:
        yield Finding("PRINCIPAL", UNSUPPORTED_PRINCIPAL, f"There is no {', '.join(unknown)}.")
    services = sorted({service for principals in named for service in principals.services})
    if unknown := [service for service in services if not service_principals.exists(service)]:
        yield Finding("PRINCIPAL", UNSUPPORTED_SERVICE_PRINCIPAL, f"There is no {', '.join(unknown)}.")


def _users_and_roles(principals: Principals) -> Iterator[str]:
    return (arn for arn in principals.arns if arn.split(":", 3)[2] == "iam")


def _locks_out(
    policy: Policy, caller: Caller, context: Mapping[str, ContextValue], secret_arn: str, secret_account: str
) -> bool:
    """Is one of the managing actions explicitly denied to the caller by this policy?

    The caller's own policies are left out: what they deny is not the doing of this document.
    """
    bare = replace(caller, identity_policies=(), boundary=None, session_policies=None)
    requests = (
        Request(f"secretsmanager:{action}", secret_arn, secret_account, context) for action in _MANAGING_ACTIONS
    )
    return any(evaluate(bare, request, policy).outcome == "ExplicitDeny" for request in requests)
