"""Which key a KeyId names, and whether the caller may do this operation to it."""

import re
from collections.abc import Mapping
from typing import Any

from secrets_app import arns
from secrets_app.authorization import decide, decide_key, message_of_refusal
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.kms import key_conditions, keys
from secrets_app.kms.errors import DisabledException, KMSInvalidStateException, NotFoundException
from secrets_app.models import KeyState, KmsKey

ALIAS_PREFIX = "alias/"
_KEY_ID = re.compile(r"(mrk-)?[0-9a-fA-F-]{32,36}")


def key_named(call: Call, key_id: str, *, by_alias: bool = False, context: Mapping[str, Any] | None = None) -> KmsKey:
    """The key, authorized before it is known whether there is such a key. context: condition keys of the operation."""
    named_by_alias = _names_alias(key_id)
    key = keys.find(call.account, call.region, key_id) if by_alias or not named_by_alias else None
    if key is None:
        authorize(call, _pseudo_arn(call, key_id), call.account)
        raise not_found(call, key_id)
    alias = {"kms:RequestAlias": key_id.rpartition(":")[2]} if named_by_alias else {}
    call.record.resource_arn = key.arn
    authorize_key(call, key, {**alias, **(context or {})})
    if is_gone(call, key):
        raise NotFoundException(f"Key '{key.arn}' does not exist", parameter="KeyId")
    return key


def own_key(call: Call, key_id: str) -> KmsKey:
    key = None if _names_alias(key_id) else keys.find(call.account, call.region, key_id)
    if key is None or key.account_id != call.account or is_gone(call, key):
        raise not_found(call, key_id)
    return key


def key_to_change(call: Call, key_id: str, *, context: Mapping[str, Any] | None = None) -> KmsKey:
    """Locked. Not by an alias (documented). Nobody changes a key that AWS manages: its policy allows it to no one."""
    key = KmsKey.objects.select_for_update().get(pk=key_named(call, key_id, context=context).pk)
    refuse_of_another_account(call, key)
    return key


def refuse_of_another_account(call: Call, key: KmsKey) -> None:
    """Whatever its policy says (API reference: "Cross-account use: No"). Form of the sentence: ours, after IAM's."""
    if key.account_id != call.account:
        raise AccessDeniedException(
            f"User: {call.principal.arn} is not authorized to perform: {call.action} on resource: {key.arn} "
            f"because the {call.action} action is not for keys of other accounts",
            parameter="KeyId",
        )


def refuse_pending_deletion(key: KmsKey) -> None:
    if key.state == KeyState.PENDING_DELETION:
        raise KMSInvalidStateException(keys.unusable_reason(key.arn, key.state), parameter="KeyId")


def refuse_unless_enabled(key: KmsKey) -> None:
    """The error of each state: recorded and seen in the field (api.md 7)."""
    refuse_pending_deletion(key)
    if not key.is_enabled:
        raise DisabledException(keys.unusable_reason(key.arn, key.state), parameter="KeyId")


def authorize(call: Call, arn: str, account: str) -> None:
    """For an alias, or a key that isn't there: neither has a policy of its own. account: the owner's."""
    decision = decide(call, call.action, arn, account, {"kms:CallerAccount": call.account}, "")
    if not decision.allowed:
        raise AccessDeniedException(message_of_refusal(call, call.action, arn, decision), parameter="KeyId")


def authorize_key(call: Call, key: KmsKey, context: Mapping[str, Any] | None = None) -> None:
    decision = decide_key(call, call.action, key, conditions(call, context))
    if not decision.allowed:
        raise AccessDeniedException(message_of_refusal(call, call.action, key.arn, decision), parameter="KeyId")


def conditions(call: Call, context: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"kms:CallerAccount": call.account, **key_conditions.OF_EVERY_KEY, **(context or {})}


def is_gone(call: Call, key: KmsKey) -> bool:
    """Its waiting period is over, whether or not the scheduler has come by."""
    return key.deletion_at is not None and key.deletion_at <= call.now


def not_found(call: Call, key_id: str) -> NotFoundException:
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


def _names_alias(key_id: str) -> bool:
    return key_id.startswith(ALIAS_PREFIX) or (key_id.startswith("arn:") and ":alias/" in key_id)


def _pseudo_arn(call: Call, key_id: str) -> str:
    if key_id.startswith("arn:"):
        return key_id
    build = arns.kms_alias if _names_alias(key_id) else arns.kms_key
    return build(call.region, call.account, key_id)
