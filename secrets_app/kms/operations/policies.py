"""GetKeyPolicy, PutKeyPolicy and ListKeyPolicies. Facts: KMS API reference; the checks are in kms/policy_checks.py."""

from dataclasses import dataclass

from secrets_app.call import Call
from secrets_app.kms import key_policy, policy_checks
from secrets_app.kms.errors import NotFoundException
from secrets_app.models import KmsKey
from secrets_app.operations._operation import operation
from secrets_app.results import Page

from ._which_key import key_named, key_to_change, refuse_of_another_account, refuse_pending_deletion


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    key: KmsKey
    document: str


@operation("GetKeyPolicy", changes=False, service_name="kms")
def get_key_policy(call: Call, /, *, key_id: str, policy_name: str | None = None) -> KeyPolicy:
    """The document in force; of a key that was given none, the default one."""
    key = key_named(call, key_id)
    refuse_of_another_account(call, key)
    _check_name(policy_name)
    return KeyPolicy(key, key.policy or key_policy.unless_given(key.account_id, key.region, key.manager))


@operation("PutKeyPolicy", service_name="kms")
def put_key_policy(
    call: Call,
    /,
    *,
    key_id: str,
    policy_name: str | None = None,
    policy: str,
    bypass_policy_lockout_safety_check: bool | None = None,
) -> None:
    """In place of the one it has. In force at once."""
    bypass = bool(bypass_policy_lockout_safety_check)
    key = key_to_change(call, key_id, context={"kms:BypassPolicyLockoutSafetyCheck": str(bypass).lower()})
    _check_name(policy_name)
    refuse_pending_deletion(key)
    set_policy(call, key, policy, bypass_lockout_check=bypass)


@operation("ListKeyPolicies", changes=False, service_name="kms")
def list_key_policies(call: Call, /, *, key_id: str, limit: int | None = None, marker: str | None = None) -> Page[str]:
    """A key has one policy, whose name is "default" (documented)."""
    del limit, marker
    refuse_of_another_account(call, key_named(call, key_id))
    return Page([key_policy.NAME])


def set_policy(call: Call, key: KmsKey, document: str, *, bypass_lockout_check: bool) -> None:
    """Stored as the default one, which is "", where it says the same."""
    policy_checks.check(document)
    key.policy = "" if document == key_policy.unless_given(key.account_id, key.region, key.manager) else document
    if not bypass_lockout_check:
        policy_checks.refuse_lockout(call, key)
    key.save(update_fields=["policy"])


def _check_name(name: str | None) -> None:
    """Sentence seen in the field."""
    if name not in (None, key_policy.NAME):
        raise NotFoundException("No such policy exists", parameter="PolicyName")
