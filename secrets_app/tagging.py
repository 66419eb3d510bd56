"""Tags of a secret: what is allowed, and writing them. Facts: api.md 4.9."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from secrets_app import quotas
from secrets_app.errors import InvalidParameterException
from secrets_app.models import Secret, Tag
from secrets_app.statements import Statement, current_database

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import TagTypeDef

    from secrets_app.call import Call, Context

_TOUCH = Statement(f"UPDATE {Secret._meta.db_table} SET last_changed_at = %s WHERE id = %s")  # noqa: S608  our own names


def check(tags: Sequence["TagTypeDef"]) -> dict[str, str]:
    """Key -> value in the order given. A missing value is an empty one; keys must differ and not be reserved."""
    wanted: dict[str, str] = {}
    for tag in tags:
        key = tag.get("Key")
        if key is None:
            raise InvalidParameterException("Every tag must have a key.", parameter="Tags")
        if key in wanted:
            raise InvalidParameterException(f"The tag key '{key}' is given more than once.", parameter="Tags")
        wanted[key] = tag.get("Value") or ""
    refuse_system_tags(wanted)
    return wanted


def refuse_system_tags(keys: Iterable[str]) -> None:
    """Text seen in the field; the prefix is reserved in any case (documented)."""
    for key in keys:
        if key.lower().startswith("aws:"):
            raise InvalidParameterException(f"You can't modify system tags. Tag key: '{key}'.", parameter="Tags")


def request_keys(wanted: dict[str, str]) -> "Context":
    """The condition keys of a request that passes tags."""
    if not wanted:
        return {}
    return {"aws:TagKeys": list(wanted), **{f"aws:RequestTag/{key}": value for key, value in wanted.items()}}


def put(secret: Secret, wanted: dict[str, str]) -> None:
    """Add or overwrite; overwritten tags keep their place."""
    existing = {tag.key: tag for tag in secret.tags.all()}
    quotas.check_tags(len(existing.keys() | wanted.keys()))
    for key, value in wanted.items():
        if key not in existing:
            Tag.objects.create(secret=secret, key=key, value=value)
        elif existing[key].value != value:
            existing[key].value = value
            existing[key].save(update_fields=["value"])
    if wanted and not secret.was_tagged:
        secret.was_tagged = True
        secret.save(update_fields=["was_tagged"])


def touch(call: "Call", secret: Secret) -> None:
    secret.last_changed_at = call.now
    _TOUCH.run([current_database().ops.adapt_datetimefield_value(call.now), secret.pk])
