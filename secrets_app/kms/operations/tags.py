"""Tags of keys. Facts: api.md 7; the KMS API reference."""

from collections.abc import Sequence

from secrets_app.call import Call
from secrets_app.kms import key_tags
from secrets_app.models import KeyTag
from secrets_app.operations._operation import operation
from secrets_app.results import Page

from ._which_key import key_named, key_to_change, refuse_pending_deletion

_TAGS_ON_A_PAGE = 50


@operation("TagResource", service_name="kms")
def tag_resource(call: Call, /, *, key_id: str, tags: Sequence[dict[str, str]]) -> None:
    wanted = key_tags.check(tags)
    key = key_to_change(call, key_id, context=key_tags.request_keys(wanted))
    refuse_pending_deletion(key)
    key_tags.put(key, wanted)


@operation("UntagResource", service_name="kms")
def untag_resource(call: Call, /, *, key_id: str, tag_keys: list[str]) -> None:
    """A key that isn't tagged so is no error (documented)."""
    key_tags.refuse_reserved(tag_keys)
    key = key_to_change(call, key_id, context={"aws:TagKeys": tag_keys})
    refuse_pending_deletion(key)
    KeyTag.objects.filter(kms_key=key, key__in=tag_keys).delete()


@operation("ListResourceTags", changes=False, service_name="kms")
def list_resource_tags(
    call: Call, /, *, key_id: str, limit: int | None = None, marker: str | None = None
) -> Page[KeyTag]:
    """By key, a page at a time."""
    key = key_named(call, key_id)
    size = limit or _TAGS_ON_A_PAGE
    rows = list(KeyTag.objects.filter(kms_key=key, key__gt=marker or "").order_by("key")[: size + 1])
    return Page(rows[:size], rows[size - 1].key if len(rows) > size else None)
