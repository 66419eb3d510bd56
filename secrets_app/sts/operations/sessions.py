"""Temporary credentials: AssumeRole. Facts: STS API reference; texts of refusals seen in the field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from secrets_app import arns, principals
from secrets_app.authorization import request_context
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, ValidationException
from secrets_app.iam.evaluate import Request, evaluate
from secrets_app.iam.policy_document import MalformedPolicy, parse
from secrets_app.identity import documents, managed
from secrets_app.identity import tags as _tags  # an operation has a parameter of that name
from secrets_app.identity.errors import PackedPolicyTooLargeException
from secrets_app.identity.tags import Tags
from secrets_app.models import Principal
from secrets_app.operations._operation import operation
from secrets_app.principals import NewAccessKey

_HOUR = 3600
_MOST_CHARACTERS = 2_048  # of the inline session policy (API reference)
_MOST_POLICY_ARNS = 10


@dataclass(frozen=True, slots=True)
class AssumedRole:
    """The one time that these credentials are told."""

    key: NewAccessKey
    expires_at: datetime
    arn: str
    unique_id: str  # "AROA...:session"
    source_identity: str


@operation("AssumeRole", service_name="sts")
def assume_role(
    call: Call,
    /,
    *,
    role_arn: str,
    role_session_name: str,
    policy_arns: Sequence[Mapping[str, str]] | None = None,
    policy: str | None = None,
    duration_seconds: int | None = None,
    tags: Tags | None = None,
    transitive_tag_keys: list[str] | None = None,
    external_id: str | None = None,
    serial_number: str | None = None,
    token_code: str | None = None,
    source_identity: str | None = None,
    provided_contexts: Sequence[Mapping[str, str]] | None = None,
    minimum_session_token_size: int | None = None,
) -> AssumedRole:
    """Both sides have to allow it: the role's trust policy, and, unless that names the caller itself, the caller's."""
    del minimum_session_token_size  # a token is of the size it is
    if provided_contexts:
        raise ValidationException("Provided contexts are not available on this server.", parameter="ProvidedContexts")
    passed = _tags.check(tags)
    session = call.principal.session
    source = source_identity or (session.source_identity if session else "")
    context: dict[str, Any] = {"sts:RoleSessionName": role_session_name, **_tags.of_request(passed)}
    context |= {"sts:ExternalId": external_id} if external_id else {}
    context |= {"sts:SourceIdentity": source} if source else {}
    context |= {"sts:TransitiveTagKeys": transitive_tag_keys} if transitive_tag_keys else {}
    asked = [*(["sts:TagSession"] if passed else []), *(["sts:SetSourceIdentity"] if source else [])]
    role = _authorized(call, role_arn, ["sts:AssumeRole", *asked], context)
    _refuse_second_factor(serial_number, token_code)
    _refuse_another_source(call, source)
    lifetime = _lifetime(call, role, duration_seconds)
    given = _policies(role, policy, policy_arns or ())
    inherited = _inherited_tags(call)
    key = principals.create_temporary_access_key(
        role,
        call.now,
        lifetime=lifetime,
        session_name=role_session_name,
        session_policy=policy or "",
        session_managed_policies=given,
        session_tags=_tags.added(passed, inherited),
        transitive_tag_keys=sorted({*(transitive_tag_keys or ()), *inherited}),
        source_identity=source,
    )
    return AssumedRole(
        key=key,
        expires_at=call.now + lifetime,
        arn=arns.role_session(role.account_id, role.name, role_session_name),
        unique_id=f"{role.unique_id}:{role_session_name}",
        source_identity=source_identity or "",
    )


def _authorized(call: Call, role_arn: str, actions: list[str], context: Mapping[str, Any]) -> Principal:
    """The same refusal whether or not there is such a role."""
    if call.principal.kind == Principal.Kind.ROOT:
        raise AccessDeniedException("Roles may not be assumed by root accounts.")
    roles = Principal.objects.filter(kind=Principal.Kind.ROLE, is_active=True, name=role_arn.rpartition("/")[2])
    role = next((each for each in roles if each.arn == role_arn), None)
    for action in actions:
        if role is None or not _is_trusted(call, role, action, context):
            raise AccessDeniedException(
                f"User: {call.principal.arn} is not authorized to perform: {action} on resource: {role_arn}",
                parameter="RoleArn",
            )
    if role is None:
        raise AccessDeniedException("There is no such role.", parameter="RoleArn")
    return role


def _is_trusted(call: Call, role: Principal, action: str, context: Mapping[str, Any]) -> bool:
    try:
        caller, trust = call.principal.caller, parse(role.trust_policy, kind="trust")
    except MalformedPolicy:
        return False
    full = request_context(call, role.account_id, {**_tags.of_resource(role.tags), **context})
    question = Request(action, role.arn, role.account_id, full)
    return evaluate(caller, question, trust, resource_policy_must_allow=True).allowed


def _lifetime(call: Call, role: Principal, asked: int | None) -> timedelta:
    seconds = asked or _HOUR
    if call.principal.kind == Principal.Kind.ROLE and seconds > _HOUR:
        raise ValidationException(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
            parameter="DurationSeconds",
        )
    if seconds > role.max_session_seconds:
        raise ValidationException(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            parameter="DurationSeconds",
        )
    return timedelta(seconds=seconds)


def _policies(role: Principal, policy: str | None, policy_arns: Sequence[Mapping[str, str]]) -> list[list[str]]:
    """Managed ones as they are at this moment. All have to be of the role's account, or AWS's."""
    if policy is not None:
        documents.check_identity(policy, parameter="Policy")
        if len(policy) > _MOST_CHARACTERS:
            raise PackedPolicyTooLargeException(
                f"Session policy is longer than {_MOST_CHARACTERS} characters.", parameter="Policy"
            )
    if len(policy_arns) > _MOST_POLICY_ARNS:
        raise ValidationException(
            f"A session has {_MOST_POLICY_ARNS} managed policies at most.", parameter="PolicyArns"
        )
    named = [each.get("arn", "") for each in policy_arns]
    return [[arn, managed.default_document(managed.attachable(role.account_id, arn))] for arn in named]


def _inherited_tags(call: Call) -> dict[str, str]:
    """Transitive session tags go on to the next role of a chain, and cannot be passed anew."""
    session = call.principal.session
    if session is None:
        return {}
    transitive = {key.lower() for key in session.transitive_tag_keys}
    return {key: value for key, value in session.tags.items() if key.lower() in transitive}


def _refuse_another_source(call: Call, source: str) -> None:
    """Once set, a source identity stays for the whole chain (IAM User Guide, "Monitor and control actions")."""
    session = call.principal.session
    if session is not None and session.source_identity not in ("", source):
        raise AccessDeniedException(
            f"User: {call.principal.arn} is not authorized to perform: sts:SetSourceIdentity with another value.",
            parameter="SourceIdentity",
        )


def _refuse_second_factor(serial_number: str | None, token_code: str | None) -> None:
    """Nobody has a device here yet: a code that nothing can check is a wrong one."""
    if serial_number is not None or token_code is not None:
        raise AccessDeniedException(
            "MultiFactorAuthentication failed with invalid MFA one time pass code.", parameter="TokenCode"
        )
