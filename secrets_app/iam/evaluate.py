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
PolicyType = Literal["identity-based policy", "permissions boundary", "session policy", "resource-based policy"]

_WITH_ARTICLE: dict[PolicyType, str] = {
    "identity-based policy": "an identity-based policy",
    "permissions boundary": "a permissions boundary",
    "session policy": "a session policy",
    "resource-based policy": "a resource-based policy",
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `identity_policies` are all that are attached: to the user and its groups, or to the role.

    kind: "user", "role-session", "root", "federated-user" or "service".
    arn: the session's ARN for a role; for a service its principal, "appflow.amazonaws.com".
    session_policies: None when none were passed.
    role_arn: of a session. Needed only when the role has a path, which the session's ARN does not show.
    unique_id: the user's or the role's, "AIDA..." or "AROA...": stored policies name them by it.
    """

    arn: str
    account: str
    kind: str
    identity_policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session_policies: tuple[Policy, ...] | None = None
    role_arn: str = ""
    unique_id: str = ""


@dataclass(slots=True)  # not frozen: that triples what making one costs
class Request:
    """What is asked. resource: "*" for an action that has no resource type."""

    action: str
    resource: str
    resource_account: str
    context: Mapping[str, ContextValue]


@dataclass(frozen=True, slots=True)
class DecidingStatement:
    """A statement that a decision rests on, and where it stands."""

    policy_type: PolicyType
    policy: Policy
    statement: Statement


@dataclass(frozen=True, slots=True)
class Decision:
    """reason: how AWS's access-denied sentence ends; "" for Allow.

    decided_by: the Deny that applies; or every Allow that was needed, the one that grants first (root is allowed
    without one). missing: the kind of policy in which an implicit deny found no Allow.
    """

    outcome: Outcome
    reason: str
    decided_by: tuple[DecidingStatement, ...] = ()
    missing: PolicyType | None = None

    @property
    def allowed(self) -> bool:
        return self.outcome == "Allow"


def evaluate(
    caller: Caller,
    request: Request,
    resource_policy: Policy | None = None,
    *,
    resource_policy_must_allow: bool = False,
) -> Decision:
    """Never raises: whatever goes wrong in here is a denial.

    resource_policy_must_allow: of KMS keys and of roles to be assumed. Their key policy or trust policy has to let the
    caller in, by name or by passing the question on to its account; no identity-based policy does it alone, not even
    root ("KMS key policies are exceptions").
    """
    try:
        return _Question(caller, request, resource_policy, must_allow=resource_policy_must_allow).answer()
    except Exception as error:
        # Only the type: a message could carry a tag or another value of the request.
        logger.error("The policy evaluator failed with %s; the request is denied.", type(error).__name__)
        return _missing("identity-based policy", request.action)


@dataclass(frozen=True, slots=True)
class _Grant:
    """The Allow that applies."""

    naming: Naming  # in a resource policy
    by: tuple[DecidingStatement, ...]


class _Question:
    __slots__ = ("action", "caller", "context", "must_allow", "request", "resource_policy", "role_arn")

    def __init__(self, caller: Caller, request: Request, resource_policy: Policy | None, *, must_allow: bool) -> None:
        self.caller = caller
        self.request = request
        self.resource_policy = resource_policy
        self.must_allow = must_allow
        self.action = request.action.lower()
        self.context = RequestContext(request.context)
        self.role_arn = _role_arn(caller) if resource_policy else ""

    def answer(self) -> Decision:
        if denial := self.explicit_deny():
            return denial
        granted = self.granted_by_resource_policy()
        if granted and granted.naming is Naming.DIRECTLY and (self.is_service or self.is_same_account):
            return _allowed(granted.by)
        if self.is_service or (granted is None and (self.must_allow or not self.is_same_account)):
            return self.no("resource-based policy")
        missing, limits = self.limits()
        if granted and granted.naming is Naming.ROLE and self.is_same_account:
            return self.no(missing) if missing else _allowed(granted.by + limits)
        allowed = self.allowed_by_identity()
        if allowed is None:
            return self.no("identity-based policy")
        if missing:
            return self.no(missing)
        passed_on = granted.by if granted and (self.must_allow or not self.is_same_account) else ()
        return _allowed(allowed + passed_on + limits)

    @property
    def is_service(self) -> bool:
        return self.caller.kind == "service"

    @property
    def is_same_account(self) -> bool:
        return self.caller.account == self.request.resource_account

    def no(self, missing: PolicyType) -> Decision:
        return _missing(missing, self.request.action)

    # -- explicit denies, in the order in which one is named to the caller

    def explicit_deny(self) -> Decision | None:
        if self.resource_policy:
            for statement in self.resource_policy.denies:
                if self.is_denied_by_name(statement) and self.covered_by(statement):
                    return _denied("resource-based policy", self.resource_policy, statement)
        if self.is_service:
            return None
        caller = self.caller
        return (
            self.deny_in("identity-based policy", caller.identity_policies)
            or self.deny_in("permissions boundary", (caller.boundary,) if caller.boundary else ())
            or self.deny_in("session policy", caller.session_policies or ())
        )

    def deny_in(self, policy_type: PolicyType, policies: Iterable[Policy]) -> Decision | None:
        for policy in policies:
            for statement in policy.denies:
                if self.covered_by(statement):
                    return _denied(policy_type, policy, statement)
        return None

    # -- allows

    def allowed_by_identity(self) -> tuple[DecidingStatement, ...] | None:
        if self.caller.kind == "root":
            return ()
        return self.allow_in("identity-based policy", self.caller.identity_policies)

    def limits(self) -> tuple[PolicyType | None, tuple[DecidingStatement, ...]]:
        """Which limit on the caller's own permissions does not let this pass, if one does not; and the statements of
        those that do."""
        caller = self.caller
        allows: tuple[DecidingStatement, ...] = ()
        if caller.boundary:
            by_boundary = self.allow_in("permissions boundary", (caller.boundary,))
            if by_boundary is None:
                return "permissions boundary", ()
            allows = by_boundary
        if caller.session_policies is None:
            # Without a session policy a federated user has none of the permissions of the user behind it.
            return ("session policy" if caller.kind == "federated-user" else None), allows
        by_session = self.allow_in("session policy", caller.session_policies)
        return (None, allows + by_session) if by_session else ("session policy", ())

    def allow_in(self, policy_type: PolicyType, policies: Iterable[Policy]) -> tuple[DecidingStatement, ...] | None:
        for policy in policies:
            for statement in policy.allows:
                if self.covered_by(statement):
                    return (DecidingStatement(policy_type, policy, statement),)
        return None

    def granted_by_resource_policy(self) -> _Grant | None:
        """The Allow that names the caller most closely."""
        policy, best = self.resource_policy, None
        for statement in policy.allows if policy else ():
            naming = self.allowed_by_name(statement)
            if policy and naming > (best.naming if best else Naming.NOT) and self.covered_by(statement):
                best = _Grant(naming, (DecidingStatement("resource-based policy", policy, statement),))
        return best

    def covered_by(self, statement: Statement) -> bool:
        return statement.covers(self.action, self.request.resource, self.context)

    # -- principals

    def is_denied_by_name(self, statement: Statement) -> bool:
        principals = _principals(statement)
        if self.is_service:
            return (self.caller.arn in principals.services or principals.anyone) is not statement.not_principal
        if statement.not_principal:
            caller = self.caller
            return not principals.name_in_full(caller.arn, self.role_arn, caller.account, caller.unique_id)
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
        caller = self.caller
        return principals.naming(caller.arn, self.role_arn, caller.account, caller.unique_id)


def _allowed(by: tuple[DecidingStatement, ...]) -> Decision:
    return Decision("Allow", "", by)


def _missing(policy_type: PolicyType, action: str) -> Decision:
    return Decision("ImplicitDeny", f"because no {policy_type} allows the {action} action", missing=policy_type)


def _denied(policy_type: PolicyType, policy: Policy, statement: Statement) -> Decision:
    """A managed identity-based policy is named by its ARN, as AWS does since 2025."""
    reason = f"with an explicit deny in {_WITH_ARTICLE[policy_type]}"
    if policy_type == "identity-based policy" and policy.name.startswith("arn:"):
        reason += f": {policy.name}"
    return Decision("ExplicitDeny", reason, (DecidingStatement(policy_type, policy, statement),))


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
