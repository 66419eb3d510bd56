"""Puts one question to the policy evaluator: may this caller do this action to this resource, in this request?"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from .iam.evaluate import Decision, Request, evaluate
from .iam.policy_document import MalformedPolicy, parse
from .kms import key_policy
from .models import KeyTag, Principal, RotationConfiguration, Tag
from .principals import Identity, Session

if TYPE_CHECKING:
    from .call import Call


class KeyFacts(Protocol):
    """What authorization needs to know of a KMS key: a KmsKey, or what a row of another statement says of one."""

    @property
    def pk(self) -> int: ...
    @property
    def arn(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def manager(self) -> str: ...
    @property
    def policy(self) -> str: ...


_PRINCIPAL_TYPES = {"root": "Account", "user": "User", "role": "AssumedRole"}


def decide(
    call: "Call",
    action: str,
    resource: str,
    resource_account: str,
    context: Mapping[str, Any],
    policy_document: str,
    *,
    tags_of: int | None = None,
    resource_policy_must_allow: bool = False,
) -> Decision:
    """resource_policy_must_allow: of a KMS key or a role to be assumed, see evaluate().
    tags_of: primary key of the secret whose tags are aws:ResourceTag/... and whose rotation function is
    secretsmanager:resource/AllowRotationLambdaArn; read only if a policy has conditions."""
    try:
        caller = call.principal.caller
    except MalformedPolicy:
        return Decision(outcome="ExplicitDeny", reason="with an explicit deny in an identity-based policy")
    try:
        resource_policy = parse(policy_document, kind="resource") if policy_document else None
    except MalformedPolicy:
        # It was checked when it was stored; whatever it says now, nobody is let in by it or past it.
        return Decision(outcome="ExplicitDeny", reason="with an explicit deny in a resource-based policy")
    full = request_context(call, resource_account, context, tags_of=tags_of)
    request = Request(action, resource, resource_account, full)
    return evaluate(caller, request, resource_policy, resource_policy_must_allow=resource_policy_must_allow)


def decide_key(call: "Call", action: str, key: KeyFacts, context: Mapping[str, Any]) -> Decision:
    """A key is the exception: its policy has to allow, by naming the caller or by passing the question on to the
    caller's account; an identity-based policy alone is not enough (security.md 3.3)."""
    try:
        caller = call.principal.caller
    except MalformedPolicy:
        return Decision(outcome="ExplicitDeny", reason="with an explicit deny in an identity-based policy")
    document = key.policy or key_policy.unless_given(key.account_id, key.region, key.manager)
    try:
        policy = parse(document, kind="key")
    except MalformedPolicy:
        return Decision(outcome="ExplicitDeny", reason="with an explicit deny in a resource-based policy")
    asked = (policy, *caller.identity_policies, *(caller.session_policies or ()), *filter(None, (caller.boundary,)))
    tags_of_key = key.pk if any(_asks_for_tags(each.text) for each in asked) else None
    full = _Context(call, {"aws:ResourceAccount": key.account_id, **context}, None, tags_of_key=tags_of_key)
    return evaluate(caller, Request(action, key.arn, key.account_id, full), policy, resource_policy_must_allow=True)


@lru_cache(maxsize=1024)
def _asks_for_tags(policy_text: str) -> bool:
    """So that a key's tags, which hardly any policy asks for, take no statement of their own on the way to a value."""
    return "resourcetag/" in policy_text.lower()


def request_context(
    call: "Call", resource_account: str, given: Mapping[str, Any], *, tags_of: int | None = None
) -> Mapping[str, Any]:
    """Every condition key of the request: the global ones, `given`, and the secret's tags and rotation function."""
    return _Context(call, {"aws:ResourceAccount": resource_account, **given}, tags_of)


def message_of_refusal(call: "Call", action: str, shown: str, decision: Decision) -> str:
    """Form seen in the field (api.md 1.5); shown is "" for actions that have no resource."""
    about = f" on resource: {shown}" if shown else ""
    return f"User: {call.principal.arn} is not authorized to perform: {action}{about} {decision.reason}"


def principal_exists(arn: str) -> bool:
    """Whether the user or role a policy names exists here; nobody from elsewhere can ever call this server."""
    parts = arn.split(":", 5)
    if len(parts) != 6:
        return False
    account, rest = parts[4], parts[5]
    if rest == "root":
        return True
    kind, _, name = rest.partition("/")
    if kind == "assumed-role":
        kind, name = "role", name.split("/", 1)[0]
    return Principal.objects.filter(account=account, kind=kind, name=name.rsplit("/", 1)[-1]).exists()


class _Context(Mapping[str, Any]):
    """The condition keys of the request, put together on the first question: most policies never ask."""

    def __init__(
        self, call: "Call", given: Mapping[str, Any], tags_of: int | None, *, tags_of_key: int | None = None
    ) -> None:
        self._call, self._given, self._tags_of, self._tags_of_key = call, given, tags_of, tags_of_key

    @cached_property
    def _all(self) -> dict[str, Any]:
        found = {**_global_keys(self._call), **self._given}
        if self._tags_of is not None:
            rotation = RotationConfiguration.objects.filter(secret_id=self._tags_of).exclude(function_arn="").first()
            if rotation is not None:
                found["secretsmanager:resource/AllowRotationLambdaArn"] = rotation.function_arn
            for key, value in Tag.objects.filter(secret_id=self._tags_of).values_list("key", "value"):
                found[f"aws:ResourceTag/{key}"] = found[f"secretsmanager:ResourceTag/{key}"] = value
        if self._tags_of_key is not None:
            for key, value in KeyTag.objects.filter(kms_key_id=self._tags_of_key).values_list("key", "value"):
                found[f"aws:ResourceTag/{key}"] = value
        return found

    def __getitem__(self, key: str) -> Any:
        return self._all[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def _global_keys(call: "Call") -> dict[str, Any]:
    """Global condition keys (security.md 1.5). Absent ones are really absent."""
    identity = call.principal
    context: dict[str, Any] = {
        "aws:CurrentTime": call.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(call.now.timestamp())),
        "aws:SecureTransport": "true" if call.secure_transport else "false",
        "aws:RequestedRegion": call.region,
        "aws:PrincipalArn": identity.role_arn or identity.arn,
        "aws:PrincipalAccount": identity.account,
        "aws:PrincipalType": _PRINCIPAL_TYPES[identity.kind],
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
        "aws:userid": user_id(identity),
    }
    if call.source_ip:
        context["aws:SourceIp"] = call.source_ip
    if call.user_agent:  # as much of it as CloudTrail records of long ones, and patterns have to read
        context["aws:UserAgent"] = call.user_agent[:1024]
    if identity.kind == "user":
        context["aws:username"] = identity.name
    for key, value in identity.tags.items():
        context[f"aws:PrincipalTag/{key}"] = value
    if identity.session is not None:
        context |= _session_keys(identity.session, call.now)
    return context


def _session_keys(session: Session, now: datetime) -> dict[str, Any]:
    """Of temporary credentials alone; the age only where a second factor was used."""
    context: dict[str, Any] = {
        "aws:TokenIssueTime": session.started_at,
        "aws:MultiFactorAuthPresent": "true" if session.is_multi_factor else "false",
    }
    if session.is_multi_factor:
        context["aws:MultiFactorAuthAge"] = str(max(0, int((now - session.started_at).total_seconds())))
    if session.source_identity:
        context["aws:SourceIdentity"] = session.source_identity
    return context


def user_id(identity: Identity) -> str:
    """aws:userid, and what GetCallerIdentity calls UserId."""
    if identity.kind == "root":
        return identity.account
    return f"{identity.unique_id}:{identity.session_name}" if identity.session_name else identity.unique_id
