"""Keys: making, describing and listing them, and the states they go through. Facts: api.md 7."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q

from secrets_app.call import Call
from secrets_app.errors import ValidationException
from secrets_app.kms import key_conditions, key_tags, keys
from secrets_app.kms.errors import KMSInvalidStateException, UnsupportedOperationException
from secrets_app.models import KeyState, KmsKey
from secrets_app.operations._operation import operation
from secrets_app.results import Page

from ._which_key import key_named, key_to_change, refuse_pending_deletion
from .policies import set_policy

_KEYS_ON_A_PAGE = 100
_SHORTEST_WINDOW, _LONGEST_WINDOW = 7, 30


@dataclass(frozen=True, slots=True)
class ScheduledKeyDeletion:
    key: KmsKey
    pending_window_in_days: int


@operation("CreateKey", service_name="kms")
def create_key(
    call: Call,
    /,
    *,
    policy: str | None = None,
    description: str | None = None,
    key_usage: str | None = None,
    customer_master_key_spec: str | None = None,
    key_spec: str | None = None,
    origin: str | None = None,
    custom_key_store_id: str | None = None,
    bypass_policy_lockout_safety_check: bool | None = None,
    tags: Sequence[dict[str, str]] | None = None,
    multi_region: bool | None = None,
    xks_key_id: str | None = None,
) -> KmsKey:
    """A symmetric customer key with material made here. Without a policy it has the default one: who may use it is
    then up to the policies of the account's principals."""
    wanted = key_tags.check(tags or [])
    bypass = bool(bypass_policy_lockout_safety_check)
    call.authorize(
        context={
            **key_conditions.OF_EVERY_KEY,
            "kms:BypassPolicyLockoutSafetyCheck": str(bypass).lower(),
            **key_tags.request_keys(wanted),
        }
    )
    _refuse_unsupported(
        KeyUsage=None if key_usage == "ENCRYPT_DECRYPT" else key_usage,
        CustomerMasterKeySpec=None if customer_master_key_spec == "SYMMETRIC_DEFAULT" else customer_master_key_spec,
        KeySpec=None if key_spec == "SYMMETRIC_DEFAULT" else key_spec,
        Origin=None if origin == "AWS_KMS" else origin,
        CustomKeyStoreId=custom_key_store_id,
        MultiRegion=multi_region,
        XksKeyId=xks_key_id,
    )
    key = keys.create(account=call.account, region=call.region, now=call.now, description=description or "")
    key_tags.put(key, wanted)
    if policy:
        set_policy(call, key, policy, bypass_lockout_check=bypass)
    return key


def _refuse_unsupported(**members: Any) -> None:
    for member, value in members.items():
        if value:
            shown = f" {value}" if member in ("KeyUsage", "CustomerMasterKeySpec", "KeySpec", "Origin") else ""
            raise UnsupportedOperationException(
                f"{member}{shown} is not supported by this server: it has symmetric encryption keys of one Region.",
                parameter=member,
            )


@operation("DescribeKey", changes=False, service_name="kms")
def describe_key(call: Call, /, *, key_id: str, grant_tokens: list[str] | None = None) -> KmsKey:
    """In every state. Of an alias: the key it stands for. Grants don't exist here, so their tokens say nothing."""
    del grant_tokens
    return key_named(call, key_id, by_alias=True)


@operation("ListKeys", changes=False, service_name="kms")
def list_keys(
    call: Call,
    /,
    *,
    limit: int | None = None,
    marker: str | None = None,
    resource_owners: list[str] | None = None,
) -> Page[KmsKey]:
    """The account's keys in this Region, also those managed by AWS. Nothing is shared by other accounts."""
    call.authorize()
    if resource_owners and "SELF" not in resource_owners:
        return Page([])
    exists = Q(deletion_at=None) | Q(deletion_at__gt=call.now)
    found = KmsKey.objects.filter(exists, account=call.account, region=call.region).order_by("key_id")
    size = limit or _KEYS_ON_A_PAGE
    rows = list(found.filter(key_id__gt=marker or "")[: size + 1])
    return Page(rows[:size], rows[size - 1].key_id if len(rows) > size else None)


@operation("UpdateKeyDescription", service_name="kms")
def update_key_description(call: Call, /, *, key_id: str, description: str) -> None:
    """Not of a key that is pending deletion (KMS developer guide, "Key states")."""
    key = key_to_change(call, key_id)
    refuse_pending_deletion(key)
    key.description = description
    key.save(update_fields=["description"])


@operation("EnableKey", service_name="kms")
def enable_key(call: Call, /, *, key_id: str) -> None:
    key = key_to_change(call, key_id)
    refuse_pending_deletion(key)
    _set_state(key, KeyState.ENABLED)


@operation("DisableKey", service_name="kms")
def disable_key(call: Call, /, *, key_id: str) -> None:
    """Nothing under the key can be read or written until it is enabled again."""
    key = key_to_change(call, key_id)
    refuse_pending_deletion(key)
    _set_state(key, KeyState.DISABLED)


@operation("ScheduleKeyDeletion", service_name="kms")
def schedule_key_deletion(
    call: Call, /, *, key_id: str, pending_window_in_days: int | None = None
) -> ScheduledKeyDeletion:
    """Unusable at once, gone after 7 to 30 days (30 if not given), and with it all that only it can decrypt."""
    days = pending_window_in_days or _LONGEST_WINDOW
    if not _SHORTEST_WINDOW <= days <= _LONGEST_WINDOW:
        limit = "greater" if days < _SHORTEST_WINDOW else "less"
        bound = _SHORTEST_WINDOW if days < _SHORTEST_WINDOW else _LONGEST_WINDOW
        raise ValidationException(
            f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: "
            f"Member must have value {limit} than or equal to {bound}",
            parameter="PendingWindowInDays",
        )
    key = key_to_change(call, key_id)
    refuse_pending_deletion(key)
    key.deletion_at = call.now + timedelta(days=days)
    _set_state(key, KeyState.PENDING_DELETION)
    return ScheduledKeyDeletion(key, days)


@operation("CancelKeyDeletion", service_name="kms")
def cancel_key_deletion(call: Call, /, *, key_id: str) -> KmsKey:
    """The key is Disabled afterwards (documented)."""
    key = key_to_change(call, key_id)
    if key.state != KeyState.PENDING_DELETION:
        raise KMSInvalidStateException(f"{key.arn} is not pending deletion.", parameter="KeyId")
    key.deletion_at = None
    _set_state(key, KeyState.DISABLED)
    return key


def _set_state(key: KmsKey, state: KeyState) -> None:
    key.state = state
    key.save(update_fields=["state", "deletion_at"])
