"""Rotation of a key's material, by itself or on demand: what is encrypted stays as it is and opens as before.

Facts: KMS developer guide, "Rotate AWS KMS keys", "Enable automatic key rotation", "Perform on-demand key rotation";
API reference of the five operations; security.md 3.5. The scheduler rotates what is due (kms/yearly_rotation.py).
"""

from dataclasses import dataclass
from datetime import timedelta

from secrets_app.call import Call
from secrets_app.kms import keys
from secrets_app.kms.errors import LimitExceededException
from secrets_app.models import BackingKey, KmsKey
from secrets_app.operations._operation import operation
from secrets_app.results import Page

from ._which_key import key_named, key_to_change, refuse_of_another_account, refuse_unless_enabled

MOST_ROTATIONS = 25  # on demand, of one key (developer guide, "Perform on-demand key rotation")
_ROTATIONS_ON_A_PAGE = 100
_WITH_THE_FIRST = "ALL_KEY_MATERIAL"


@dataclass(frozen=True, slots=True)
class Material:
    """One backing key. The first was not rotated to; the newest is the one that encrypts."""

    backing_key: BackingKey
    is_first: bool
    is_current: bool


@operation("EnableKeyRotation", service_name="kms")
def enable_key_rotation(call: Call, /, *, key_id: str, rotation_period_in_days: int | None = None) -> None:
    """New material every 365 days, or another period of 90 to 2560. For a key that is rotated already: another period,
    counted from where the present one began (the docs don't say; our choice)."""
    context = {} if rotation_period_in_days is None else {"kms:RotationPeriodInDays": str(rotation_period_in_days)}
    key = key_to_change(call, key_id, context=context)
    refuse_unless_enabled(key)
    period = rotation_period_in_days or key.rotation_period_days or keys.ROTATION_PERIOD_DAYS
    began = call.now
    if key.next_rotation_at is not None and key.rotation_period_days is not None:
        began = key.next_rotation_at - timedelta(days=key.rotation_period_days)
    key.rotation_period_days = period
    key.next_rotation_at = max(call.now, began + timedelta(days=period))
    key.save(update_fields=["rotation_period_days", "next_rotation_at"])


@operation("DisableKeyRotation", service_name="kms")
def disable_key_rotation(call: Call, /, *, key_id: str) -> None:
    """The material it has stays, and encrypts until it is rotated on demand."""
    key = key_to_change(call, key_id)
    refuse_unless_enabled(key)
    key.rotation_period_days = key.next_rotation_at = None
    key.save(update_fields=["rotation_period_days", "next_rotation_at"])


@operation("RotateKeyOnDemand", service_name="kms")
def rotate_key_on_demand(call: Call, /, *, key_id: str) -> KmsKey:
    """New material encrypts from now on; the old stays, for what it encrypted. Changes nothing of the schedule
    (documented). The text of the limit is ours."""
    key = key_to_change(call, key_id)
    refuse_unless_enabled(key)
    if key.backing_keys.filter(is_automatic=False).count() > MOST_ROTATIONS:
        raise LimitExceededException(
            f"{key.arn} has been rotated on demand {MOST_ROTATIONS} times, which is as often as a key can be.",
            parameter="KeyId",
        )
    keys.add_backing_key(key, call.now)
    return key


@operation("GetKeyRotationStatus", changes=False, service_name="kms")
def get_key_rotation_status(call: Call, /, *, key_id: str) -> KmsKey:
    """An on-demand rotation is done at once here, so none is ever under way. Also of another account's key."""
    return key_named(call, key_id)


@operation("ListKeyRotations", changes=False, service_name="kms")
def list_key_rotations(
    call: Call,
    /,
    *,
    key_id: str,
    include_key_material: str | None = None,
    limit: int | None = None,
    marker: str | None = None,
) -> Page[Material]:
    """In the order they were made. The material a key began with is no rotation, and is listed only if asked for."""
    key = key_named(call, key_id)
    refuse_of_another_account(call, key)
    current = keys.current_backing_key(key).number
    first = 0 if include_key_material == _WITH_THE_FIRST else 1
    behind = max(first, int(marker) if marker is not None and marker.isdecimal() else 0)
    size = limit or _ROTATIONS_ON_A_PAGE
    found = list(key.backing_keys.filter(number__gt=behind).order_by("number")[: size + 1])
    rows = [Material(row, row.number == 1, row.number == current) for row in found[:size]]
    return Page(rows, str(found[size - 1].number) if len(found) > size else None)
