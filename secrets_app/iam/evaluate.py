"""One question, one answer: may this caller do this to that resource?

Sources: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic".
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from secrets_app.iam.context import ContextValue as ContextValue
from secrets_app.iam.context import RequestContext
from secrets_app.iam.policy_document import Policy, Statement
from secrets_app.iam.principals import Naming, Principals

Outcome = Literal["Allow", "ImplicitDeny", "ExplicitDeny"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `identity_policies` are all that are attached: to the user and its groups, or to the role.

    kind: "user", "role-session", "root", "federated-user" or "service".
    arn: the session's ARN for a role; for a service its principal, "appflow.amazonaws.com".
    session_policies: None when none were passed.
    role_arn: of a session. Needed only when the role has a path, which the session's ARN does not show.
    """

    arn: str
    account: str
    kind: str
    identity_policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session_policies: tuple[Policy, ...] | None = None
    role_arn: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. resource: "*" for an action that has no resource type."""

    action: str
    resource: str
    resource_account: str
    context: Mapping[str, ContextValue]


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` ends AWS's access-denied sentence; `policy` is the name of the policy that decided, if one did."""

    outcome: Outcome
    reason: str
    policy: str = ""
    statement_index: int | None = None

    @property
    def allowed(self) -> bool:
        return self.outcome == "Allow"


def evaluate(caller: Caller, request: Request, resource_policy: Policy | None = None) -> Decision:
    """Never raises: whatever goes wrong in here is a denial."""
    try:
        return _Question(caller, request, resource_policy).answer()
    except Exception as error:
        # Only the type: a message could carry a tag or another value of the request.
        logger.error("The policy evaluator failed with %s; the request is denied.", type(error).__name__)
        return Decision("ImplicitDeny", f"because no identity-based policy allows the {request.action} action")


@dataclass(frozen=True, slots=True)
class _Grant:
    """The Allow that applies."""

    policy: str
    statement_index: int | None
    naming: Naming = Naming.NOT  # in a resource policy

    def decision(self) -> Decision:
        return Decision("Allow", "", self.policy, self.statement_index)


class _Question:
    __slots__ = ("action", "caller", "context", "request", "resource_policy", "role_arn")

    def __init__(self, caller: Caller, request: Request, resource_policy: Policy | None) -> None:
        self.caller = caller
        self.request = request
        self.resource_policy = resource_policy
        self.action = request.action.lower()
        self.context = RequestContext(request.context)
        self.role_arn = _role_arn(caller) if resource_policy else ""

    def answer(self) -> Decision:
        if denial := self.explicit_deny():
            return denial
        granted = self.granted_by_resource_policy()
        if granted and granted.naming is Naming.DIRECTLY and (self.is_service or self.is_same_account):
            return granted.decision()
        if self.is_service or (granted is None and not self.is_same_account):
            return self.no("resource-based policy")
        limit = self.missing_limit()
        if granted and granted.naming is Naming.ROLE and self.is_same_account:
            return self.no(limit) if limit else granted.decision()
        allowed = self.allowed_by_identity()
        if allowed is None:
            return self.no("identity-based policy")
        return self.no(limit) if limit else allowed.decision()

    @property
    def is_service(self) -> bool:
        return self.caller.kind == "service"

    @property
    def is_same_account(self) -> bool:
        return self.caller.account == self.request.resource_account

    def no(self, missing: str) -> Decision:
        return Decision("ImplicitDeny", f"because no {missing} allows the {self.request.action} action")

    # -- explicit denies, in the order in which one is named to the caller

    def explicit_deny(self) -> Decision | None:
        if self.resource_policy:
            for statement in self.resource_policy.denies:
                if self.is_denied_by_name(statement) and self.covered_by(statement):
                    return _denied(self.resource_policy, statement, "a resource-based policy")
        if self.is_service:
            return None
        caller = self.caller
        return (
            self.deny_in(caller.identity_policies, "an identity-based policy")
            or self.deny_in((caller.boundary,) if caller.boundary else (), "a permissions boundary")
            or self.deny_in(caller.session_policies or (), "a session policy")
        )

    def deny_in(self, policies: Iterable[Policy], where: str) -> Decision | None:
        for policy in policies:
            for statement in policy.denies:
                if self.covered_by(statement):
                    return _denied(policy, statement, where)
        return None

    # -- allows

    def allowed_by_identity(self) -> _Grant | None:
        if self.caller.kind == "root":
            return _Grant("", None)
        return self.allow_in(self.caller.identity_policies)

    def missing_limit(self) -> str:
        """Which limit on the caller's own permissions does not let this pass; "" if all do."""
        caller = self.caller
        if caller.boundary and self.allow_in((caller.boundary,)) is None:
            return "permissions boundary"
        if caller.session_policies is None:
            # Without a session policy a federated user has none of the permissions of the user behind it.
            return "session policy" if caller.kind == "federated-user" else ""
        return "" if self.allow_in(caller.session_policies) else "session policy"

    def allow_in(self, policies: Iterable[Policy]) -> _Grant | None:
        for policy in policies:
            for statement in policy.allows:
                if self.covered_by(statement):
                    return _Grant(policy.name, statement.index)
        return None

    def granted_by_resource_policy(self) -> _Grant | None:
        """The Allow that names the caller most closely."""
        best = None
        for statement in self.resource_policy.allows if self.resource_policy else ():
            naming = self.allowed_by_name(statement)
            if naming > (best.naming if best else Naming.NOT) and self.covered_by(statement):
                best = _Grant(self.resource_policy.name if self.resource_policy else "", statement.index, naming)
        return best

    def covered_by(self, statement: Statement) -> bool:
        return statement.covers(self.action, self.request.resource, self.context)

    # -- principals

    def is_denied_by_name(self, statement: Statement) -> bool:
        principals = _principals(statement)
        if self.is_service:
            return (self.caller.arn in principals.services or principals.anyone) is not statement.not_principal
        if statement.not_principal:
            return not principals.name_in_full(self.caller.arn, self.role_arn, self.caller.account)
        return self.naming(principals) is not Naming.NOT

    def allowed_by_name(self, statement: Statement) -> Naming:
        """Neither "*" nor a NotPrincipal grants anything to a service: a service has to be named."""
        principals = _principals(statement)
        if self.is_service:
            named = self.caller.arn in principals.services and not statement.not_principal
            return Naming.DIRECTLY if named else Naming.NOT
        naming = self.naming(principals)
        if statement.not_principal:
            return Naming.DIRECTLY if naming is Naming.NOT else Naming.NOT
        return naming

    def naming(self, principals: Principals) -> Naming:
        return principals.naming(self.caller.arn, self.role_arn, self.caller.account)


def _denied(policy: Policy, statement: Statement, where: str) -> Decision:
    """A managed identity-based policy is named by its ARN, as AWS does since 2025."""
    reason = f"with an explicit deny in {where}"
    if where == "an identity-based policy" and policy.name.startswith("arn:"):
        reason += f": {policy.name}"
    return Decision("ExplicitDeny", reason, policy.name, statement.index)


def _principals(statement: Statement) -> Principals:
    if statement.principals is None:
        raise ValueError("an identity-based policy was given as a resource policy")
    return statement.principals


def _role_arn(caller: Caller) -> str:
    """The role behind a session: arn:aws:sts::1:assumed-role/App/s1 is a session of arn:aws:iam::1:role/App."""
    if caller.kind != "role-session" or caller.role_arn:
        return caller.role_arn
    partition = caller.arn.split(":", 2)[1]
    role = caller.arn.split("/")[1]
    return f"arn:{partition}:iam::{caller.account}:role/{role}"
