"""Tags of a key: what is allowed, and writing them. Texts recorded (api.md 7)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from secrets_app.models import KeyTag, KmsKey

from .errors import TagException

MOST_TAGS = 50


def check(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Key -> value in the order given."""
    wanted = {tag["TagKey"]: tag["TagValue"] for tag in tags}
    if len(tags) > MOST_TAGS:
        raise _too_many()
    if len(wanted) < len(tags):
        raise TagException("Duplicate tag keys", parameter="Tags")
    refuse_reserved(wanted)
    return wanted


def refuse_reserved(tag_keys: Iterable[str]) -> None:
    if any(key.lower().startswith("aws:") for key in tag_keys):
        raise TagException("Tags beginning with aws: are reserved", parameter="Tags")


def put(key: KmsKey, wanted: Mapping[str, str]) -> None:
    """Add or overwrite."""
    if not wanted:
        return
    kept = KeyTag.objects.filter(kms_key=key).exclude(key__in=wanted).count()
    if kept + len(wanted) > MOST_TAGS:
        raise _too_many()
    for name, value in wanted.items():
        KeyTag.objects.update_or_create(kms_key=key, key=name, defaults={"value": value})


def request_keys(wanted: Mapping[str, str]) -> dict[str, Any]:
    """The condition keys of a request that passes tags."""
    if not wanted:
        return {}
    return {"aws:TagKeys": list(wanted), **{f"aws:RequestTag/{key}": value for key, value in wanted.items()}}


def _too_many() -> TagException:
    return TagException("Too many tags", parameter="Tags")
