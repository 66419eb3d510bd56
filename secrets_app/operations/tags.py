"""TagResource and UntagResource."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from secrets_app import replication, search_words, tagging
from secrets_app.call import Call
from secrets_app.operations._operation import operation

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import TagTypeDef


@operation("TagResource")
def tag_resource(call: Call, /, *, secret_id: str, tags: Sequence["TagTypeDef"]) -> None:
    """Add tags, or give existing ones another value. A change that would lock the caller out is refused."""
    wanted = tagging.check(tags)
    context = tagging.request_keys(wanted)
    secret = call.secret(secret_id, for_update=True, context=context)
    tagging.put(secret, wanted)
    search_words.keep(secret)
    call.authorize_secret(secret, secret_id, context=context)
    tagging.touch(call, secret)
    replication.mark_stale(secret)


@operation("UntagResource")
def untag_resource(call: Call, /, *, secret_id: str, tag_keys: list[str]) -> None:
    """Remove tags by key; a key that isn't there is no error. Refused where it would lock the caller out."""
    tagging.refuse_system_tags(tag_keys)
    context: dict[str, str | list[str]] = {"aws:TagKeys": tag_keys}
    secret = call.secret(secret_id, for_update=True, context=context)
    secret.tags.filter(key__in=tag_keys).delete()
    search_words.keep(secret)
    call.authorize_secret(secret, secret_id, context=context)
    tagging.touch(call, secret)
    replication.mark_stale(secret)
