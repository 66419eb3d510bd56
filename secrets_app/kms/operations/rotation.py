"""Rotation of a key's material, on demand: what is encrypted stays as it is and opens as before.

Facts: KMS developer guide, "Rotate AWS KMS keys" and "Perform on-demand key rotation"; security.md 3.5. There is no
automatic rotation of keys here, and GetKeyRotationStatus says so.
"""

from dataclasses import dataclass

from secrets_app.call import Call
from secrets_app.kms import keys
from secrets_app.kms.errors import LimitExceededException
from secrets_app.models import BackingKey, KmsKey
from secrets_app.operations._operation import operation
from secrets_app.results import Page

from ._which_key import key_named, key_to_change, refuse_unless_enabled

MOST_ROTATIONS = 25  # on demand, of one key (developer guide, "Perform on-demand key rotation")
_ROTATIONS_ON_A_PAGE = 100
_WITH_THE_FIRST = "ALL_KEY_MATERIAL"


@dataclass(frozen=True, slots=True)
class Material:
    """One backing key. The first was not rotated to; the newest is the one that encrypts."""

    backing_key: BackingKey
    is_first: bool
    is_current: bool


@operation("RotateKeyOnDemand", service_name="kms")
def rotate_key_on_demand(call: Call, /, *, key_id: str) -> KmsKey:
    """New material encrypts from now on; the old stays, for what it encrypted. The text of the limit is ours."""
    key = key_to_change(call, key_id)
    refuse_unless_enabled(key)
    if key.backing_keys.count() > MOST_ROTATIONS:
        raise LimitExceededException(
            f"{key.arn} has been rotated on demand {MOST_ROTATIONS} times, which is as often as a key can be.",
            parameter="KeyId",
        )
    keys.add_backing_key(key, call.now)
    return key


@operation("GetKeyRotationStatus", changes=False, service_name="kms")
def get_key_rotation_status(call: Call, /, *, key_id: str) -> KmsKey:
    """An on-demand rotation is done at once here, so none is ever under way."""
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
    current = keys.current_backing_key(key).number
    first = 0 if include_key_material == _WITH_THE_FIRST else 1
    behind = max(first, int(marker) if marker is not None and marker.isdecimal() else 0)
    size = limit or _ROTATIONS_ON_A_PAGE
    found = list(key.backing_keys.filter(number__gt=behind).order_by("number")[: size + 1])
    rows = [Material(row, row.number == 1, row.number == current) for row in found[:size]]
    return Page(rows, str(found[size - 1].number) if len(found) > size else None)
