"""PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy, ValidateResourcePolicy and ListResourcePolicies."""

from collections.abc import Mapping, Sequence
from typing import Any

from secrets_app import cross_account_replication, replication, secret_ids, tagging
from secrets_app.authorization import principal_exists, request_context
from secrets_app.call import Call
from secrets_app.errors import (
    InvalidNextTokenException,
    InvalidParameterException,
    MalformedPolicyDocumentException,
    PublicPolicyException,
    ResourceNotFoundException,
)
from secrets_app.models import ResourcePolicy
from secrets_app.operations._operation import operation
from secrets_app.resource_policy import Finding, findings
from secrets_app.results import AttachedPolicy

DEFAULT_POLICY = "default"  # the only name a policy may be put or deleted under (documented)
_UNNAMED = "policy-under-validation"


@operation("GetResourcePolicy", changes=False)
def get_resource_policy(call: Call, /, *, secret_id: str, policy_name: str | None = None) -> AttachedPolicy:
    """The attached policy as it was put; its document is None when there is none."""
    secret = call.secret(secret_id)
    if policy_name == cross_account_replication.POLICY_NAME and secret.is_cross_account_replica:
        return AttachedPolicy(secret, cross_account_replication.managed_policy(secret), policy_name)
    if policy_name not in (None, DEFAULT_POLICY):
        raise ResourceNotFoundException(
            f"The secret has no resource policy named {policy_name}.", parameter="PolicyName"
        )
    return AttachedPolicy(secret, secret_ids.resource_policy_of(secret.pk) or None, policy_name)


@operation("ListResourcePolicies", changes=False)
def list_resource_policies(
    call: Call,
    /,
    *,
    secret_id: str,
    max_results: int | None = None,  # noqa: ARG001  there are never more than two
    next_token: str | None = None,
) -> list[str]:
    """Names of the attached policies: "default", and that of a cross-account replica; or none."""
    secret = call.secret(secret_id)
    if next_token is not None:
        raise InvalidNextTokenException("The NextToken value is invalid.", parameter="NextToken")
    own = [DEFAULT_POLICY] if secret_ids.resource_policy_of(secret.pk) else []
    return [*own, cross_account_replication.POLICY_NAME] if secret.is_cross_account_replica else own


@operation("PutResourcePolicy")
def put_resource_policy(
    call: Call,
    /,
    *,
    secret_id: str,
    resource_policy: str,
    policy_name: str | None = None,
    block_public_policy: bool | None = None,
) -> AttachedPolicy:
    """Attach the policy in place of the present one. A public one is refused only with block_public_policy."""
    _refuse_other_names(policy_name)
    context: dict[str, str | list[str]] = {}
    if block_public_policy is not None:
        context["secretsmanager:BlockPublicPolicy"] = str(block_public_policy).lower()
    secret = call.secret(secret_id, for_update=True, context=context)
    facts = request_context(call, secret.account_id, call.facts_about(secret, context), tags_of=secret.pk)
    found = _findings(call, resource_policy, facts, secret.arn, secret.account_id)
    _refuse_to_attach(found, block_public=bool(block_public_policy))
    ResourcePolicy.objects.update_or_create(secret=secret, defaults={"document": resource_policy})
    tagging.touch(call, secret)
    replication.mark_stale(secret)
    return AttachedPolicy(secret, None, policy_name)


@operation("DeleteResourcePolicy")
def delete_resource_policy(call: Call, /, *, secret_id: str, policy_name: str | None = None) -> AttachedPolicy:
    """Detach the policy; without one there is nothing to do, and that is no error."""
    _refuse_other_names(policy_name)
    secret = call.secret(secret_id, for_update=True)
    removed, _ = ResourcePolicy.objects.filter(secret=secret).delete()
    if removed:
        tagging.touch(call, secret)
        replication.mark_stale(secret)
    return AttachedPolicy(secret, None, policy_name)


@operation("ValidateResourcePolicy", changes=False)
def validate_resource_policy(call: Call, /, *, resource_policy: str, secret_id: str | None = None) -> list[Finding]:
    """What speaks against the policy, for this secret if one is named; also what PutResourcePolicy would accept.

    Asks for PutResourcePolicy as well, as documented: what one may not put, one may not probe.
    """
    if secret_id is None:
        call.authorize()
        call.authorize(action="secretsmanager:PutResourcePolicy")
        arn = secret_ids.pseudo_arn(call.account, call.region, _UNNAMED)
        return _findings(call, resource_policy, request_context(call, call.account, {}), arn, call.account)
    secret = call.secret(secret_id)
    call.authorize_secret(secret, secret_id, action="secretsmanager:PutResourcePolicy")
    facts = request_context(call, secret.account_id, call.facts_about(secret), tags_of=secret.pk)
    return _findings(call, resource_policy, facts, secret.arn, secret.account_id)


def _refuse_other_names(policy_name: str | None) -> None:
    if policy_name not in (None, DEFAULT_POLICY):
        raise InvalidParameterException(f"The policy name must be {DEFAULT_POLICY}.", parameter="PolicyName")


def _findings(call: Call, document: str, facts: Mapping[str, Any], arn: str, account: str) -> list[Finding]:
    return findings(
        document,
        caller=call.principal.caller,
        context=facts,
        secret_arn=arn,
        secret_account=account,
        principal_exists=principal_exists,
    )


def _refuse_to_attach(found: Sequence[Finding], *, block_public: bool) -> None:
    """Lock-out is refused for everyone, root too: an explicit deny would hold for root as well (security.md 2.2)."""
    for finding in found:
        if finding.check_name != "BROAD_ACCESS":
            raise MalformedPolicyDocumentException(finding.error_message, parameter="ResourcePolicy")
    if found and block_public:
        raise PublicPolicyException(
            "You can't attach a resource-based policy that allows broad access to the secret.",
            parameter="ResourcePolicy",
        )
