"""The operations of KMS that a secrets server needs: keys, their states, their aliases. Facts: api.md 7."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from secrets_app import arns
from secrets_app.authorization import decide, message_of_refusal
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, ValidationException
from secrets_app.models import KeyAlias, KeyState, KmsKey
from secrets_app.operations._operation import operation
from secrets_app.results import Page

from . import keys
from .errors import (
    AlreadyExistsException,
    InvalidAliasNameException,
    KMSInvalidStateException,
    NotFoundException,
    UnsupportedOperationException,
)

_PREFIX = "alias/"
_RESERVED = "alias/aws/"
_KEYS_ON_A_PAGE, _ALIASES_ON_A_PAGE = 100, 50
_SHORTEST_WINDOW, _LONGEST_WINDOW = 7, 30
_KEY_ID = re.compile(r"(mrk-)?[0-9a-fA-F-]{32,36}")


@dataclass(frozen=True, slots=True)
class ScheduledKeyDeletion:
    key: KmsKey
    pending_window_in_days: int


# --- keys ----------------------------------------------------------------------------------------


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
    """A symmetric customer key with material made here. Who may use it is up to the policies of principals."""
    call.authorize()
    _refuse_unsupported(
        Policy=policy,
        KeyUsage=None if key_usage == "ENCRYPT_DECRYPT" else key_usage,
        CustomerMasterKeySpec=None if customer_master_key_spec == "SYMMETRIC_DEFAULT" else customer_master_key_spec,
        KeySpec=None if key_spec == "SYMMETRIC_DEFAULT" else key_spec,
        Origin=None if origin == "AWS_KMS" else origin,
        CustomKeyStoreId=custom_key_store_id,
        BypassPolicyLockoutSafetyCheck=bypass_policy_lockout_safety_check,
        Tags=tags,
        MultiRegion=multi_region,
        XksKeyId=xks_key_id,
    )
    return keys.create(account=call.account, region=call.region, now=call.now, description=description or "")


def _refuse_unsupported(**members: Any) -> None:
    for member, value in members.items():
        if value:
            shown = f" {value}" if member in ("KeyUsage", "CustomerMasterKeySpec", "KeySpec", "Origin") else ""
            raise UnsupportedOperationException(
                f"{member}{shown} is not supported by this server: it has symmetric encryption keys of one Region, "
                "whose use is allowed by the policies of principals.",
                parameter=member,
            )


@operation("DescribeKey", changes=False, service_name="kms")
def describe_key(call: Call, /, *, key_id: str, grant_tokens: list[str] | None = None) -> KmsKey:
    """In every state. Of an alias: the key it stands for. Grants don't exist here, so their tokens say nothing."""
    del grant_tokens
    return _key(call, key_id, by_alias=True)


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
    found = KmsKey.objects.filter(_exists_at(call), account=call.account, region=call.region).order_by("key_id")
    size = limit or _KEYS_ON_A_PAGE
    rows = list(found.filter(key_id__gt=marker or "")[: size + 1])
    return Page(rows[:size], rows[size - 1].key_id if len(rows) > size else None)


@operation("EnableKey", service_name="kms")
def enable_key(call: Call, /, *, key_id: str) -> None:
    key = _key_to_change(call, key_id)
    _refuse_pending_deletion(key)
    _set_state(key, KeyState.ENABLED)


@operation("DisableKey", service_name="kms")
def disable_key(call: Call, /, *, key_id: str) -> None:
    """Nothing under the key can be read or written until it is enabled again."""
    key = _key_to_change(call, key_id)
    _refuse_pending_deletion(key)
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
    key = _key_to_change(call, key_id)
    _refuse_pending_deletion(key)
    key.deletion_at = call.now + timedelta(days=days)
    _set_state(key, KeyState.PENDING_DELETION)
    return ScheduledKeyDeletion(key, days)


@operation("CancelKeyDeletion", service_name="kms")
def cancel_key_deletion(call: Call, /, *, key_id: str) -> KmsKey:
    """The key is Disabled afterwards (documented)."""
    key = _key_to_change(call, key_id)
    if key.state != KeyState.PENDING_DELETION:
        raise KMSInvalidStateException(f"{key.arn} is not pending deletion.", parameter="KeyId")
    key.deletion_at = None
    _set_state(key, KeyState.DISABLED)
    return key


def _set_state(key: KmsKey, state: KeyState) -> None:
    key.state = state
    key.save(update_fields=["state", "deletion_at"])


def _refuse_pending_deletion(key: KmsKey) -> None:
    if key.state == KeyState.PENDING_DELETION:
        raise KMSInvalidStateException(keys.unusable_reason(key.arn, key.state), parameter="KeyId")


# --- aliases -------------------------------------------------------------------------------------


@operation("ListAliases", changes=False, service_name="kms")
def list_aliases(
    call: Call, /, *, key_id: str | None = None, limit: int | None = None, marker: str | None = None
) -> Page[KeyAlias]:
    """The account's aliases in this Region, by name, or those of one key."""
    call.authorize()
    found: QuerySet[KeyAlias] = KeyAlias.objects.filter(account=call.account, region=call.region)
    if key_id is not None:
        found = found.filter(kms_key=_own_key(call, key_id))
    size = limit or _ALIASES_ON_A_PAGE
    page = found.select_related("kms_key").filter(name__gt=marker or "").order_by("name")
    rows = list(page[: size + 1])
    return Page(rows[:size], rows[size - 1].name if len(rows) > size else None)


@operation("CreateAlias", service_name="kms")
def create_alias(call: Call, /, *, alias_name: str, target_key_id: str) -> None:
    _check_alias_name(alias_name)
    arn = _authorize_alias(call, alias_name)
    key = _target_of_alias(call, target_key_id)
    if KeyAlias.objects.filter(account=call.account, region=call.region, name=alias_name).exists():
        raise AlreadyExistsException(f"An alias with the name {arn} already exists", parameter="AliasName")
    KeyAlias.objects.create(
        account_id=call.account,
        region=call.region,
        name=alias_name,
        kms_key=key,
        created_at=call.now,
        updated_at=call.now,
    )


@operation("UpdateAlias", service_name="kms")
def update_alias(call: Call, /, *, alias_name: str, target_key_id: str) -> None:
    """Secrets keep the key the alias stood for when they were given it."""
    _check_alias_name(alias_name)
    arn = _authorize_alias(call, alias_name)
    alias = _alias(call, alias_name, arn)
    alias.kms_key = _target_of_alias(call, target_key_id)
    alias.updated_at = call.now
    alias.save(update_fields=["kms_key", "updated_at"])


@operation("DeleteAlias", service_name="kms")
def delete_alias(call: Call, /, *, alias_name: str) -> None:
    _check_alias_name(alias_name)
    arn = _authorize_alias(call, alias_name)
    alias = _alias(call, alias_name, arn)
    _authorize(call, alias.kms_key.arn, alias.kms_key.account_id)
    alias.delete()


def _check_alias_name(name: str) -> None:
    """First text recorded (api.md 7); names under alias/aws/ are for the keys AWS manages (documented)."""
    if not name.startswith(_PREFIX):
        raise ValidationException(
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
            parameter="AliasName",
        )
    if name == _PREFIX or name.startswith(_RESERVED):
        raise InvalidAliasNameException(f"{name} is not a name that an alias can have.", parameter="AliasName")


def _authorize_alias(call: Call, name: str) -> str:
    """Aliases take permission on the alias and on its key (documented)."""
    arn = arns.kms_alias(call.region, call.account, name)
    _authorize(call, arn, call.account)
    return arn


def _alias(call: Call, name: str, arn: str) -> KeyAlias:
    found = KeyAlias.objects.select_related("kms_key").filter(account=call.account, region=call.region, name=name)
    alias = found.first()
    if alias is None:
        raise NotFoundException(f"Alias {arn} is not found.", parameter="AliasName")
    return alias


def _target_of_alias(call: Call, key_id: str) -> KmsKey:
    key = _key_to_change(call, key_id)
    _refuse_pending_deletion(key)
    return key


# --- which key, and may I ------------------------------------------------------------------------


def _key(call: Call, key_id: str, *, by_alias: bool = False) -> KmsKey:
    """Authorized before it is known whether there is such a key."""
    key = keys.find(call.account, call.region, key_id) if by_alias or not _names_alias(key_id) else None
    if key is None:
        _authorize(call, _pseudo_arn(call, key_id), call.account)
        raise _not_found(call, key_id)
    _authorize(call, key.arn, key.account_id)
    if _is_gone(call, key):
        raise NotFoundException(f"Key '{key.arn}' does not exist", parameter="KeyId")
    return key


def _own_key(call: Call, key_id: str) -> KmsKey:
    key = None if _names_alias(key_id) else keys.find(call.account, call.region, key_id)
    if key is None or key.account_id != call.account or _is_gone(call, key):
        raise _not_found(call, key_id)
    return key


def _key_to_change(call: Call, key_id: str) -> KmsKey:
    """Locked. Not by an alias (documented), and never one that AWS manages: its key policy allows nobody to."""
    key = KmsKey.objects.select_for_update().get(pk=_key(call, key_id).pk)
    if key.manager == KmsKey.Manager.AWS:
        raise AccessDeniedException(
            f"User: {call.principal.arn} is not authorized to perform: {call.action} on resource: {key.arn} "
            f"because no resource-based policy allows the {call.action} action",
            parameter="KeyId",
        )
    return key


def _authorize(call: Call, arn: str, account: str) -> None:
    """account: the owner's. There are no key policies here, so nobody from another account is let in."""
    decision = decide(call, call.action, arn, account, {"kms:CallerAccount": call.account}, "")
    if not decision.allowed:
        raise AccessDeniedException(message_of_refusal(call, call.action, arn, decision), parameter="KeyId")


def _names_alias(key_id: str) -> bool:
    return key_id.startswith(_PREFIX) or (key_id.startswith("arn:") and ":alias/" in key_id)


def _pseudo_arn(call: Call, key_id: str) -> str:
    if key_id.startswith("arn:"):
        return key_id
    build = arns.kms_alias if _names_alias(key_id) else arns.kms_key
    return build(call.region, call.account, key_id)


def _not_found(call: Call, key_id: str) -> NotFoundException:
    """KMS's own sentences: recorded, that of aliases seen in the field (api.md 7)."""
    parts = key_id.split(":")
    if len(parts) >= 6 and parts[2] == "kms" and parts[3] != call.region:
        message = f"Invalid arn {parts[3]}"
    elif _names_alias(key_id):
        message = f"Alias {_pseudo_arn(call, key_id)} is not found."
    elif _KEY_ID.fullmatch(key_id.rsplit("/", 1)[-1]):
        message = f"Key '{_pseudo_arn(call, key_id)}' does not exist"
    else:
        message = f"Invalid keyId '{key_id}'"
    return NotFoundException(message, parameter="KeyId")


def _is_gone(call: Call, key: KmsKey) -> bool:
    """Its waiting period is over, whether or not the scheduler has come by."""
    return key.deletion_at is not None and key.deletion_at <= call.now


def _exists_at(call: Call) -> Q:
    return Q(deletion_at=None) | Q(deletion_at__gt=call.now)
