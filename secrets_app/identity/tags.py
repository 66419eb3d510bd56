"""Tags of users, roles and policies. Those of a caller are aws:PrincipalTag/... Source: IAM User Guide, "Tagging IAM
resources": keys differ without regard to case, whatever case they were given in stays."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from secrets_app.errors import ValidationException

from . import quotas
from .errors import InvalidInputException

Tags = Sequence[Mapping[str, str]]


def check(tags: Tags | None) -> dict[str, str]:
    wanted: dict[str, str] = {}
    for tag in tags or ():
        key = tag["Key"]
        if key.lower() in {each.lower() for each in wanted}:
            raise InvalidInputException(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.", parameter="Tags"
            )
        wanted[key] = tag["Value"]
    refuse_reserved(wanted)
    return wanted


def refuse_reserved(keys: Iterable[str]) -> None:
    if any(key.lower().startswith("aws:") for key in keys):
        raise ValidationException("Tag keys starting with 'aws:' are reserved for system use", parameter="Tags")


def added(existing: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """A key that is there in another case is the same one."""
    folded = {key.lower() for key in wanted}
    together = {**{key: value for key, value in existing.items() if key.lower() not in folded}, **wanted}
    if len(together) > quotas.TAGS:
        raise quotas.exceeded("TagsPerResource", quotas.TAGS, parameter="Tags")
    return together


def without(existing: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    folded = {key.lower() for key in keys}
    return {key: value for key, value in existing.items() if key.lower() not in folded}


def of_request(wanted: Mapping[str, str]) -> dict[str, Any]:
    """The condition keys of a request that passes tags."""
    if not wanted:
        return {}
    return {"aws:TagKeys": list(wanted), **{f"aws:RequestTag/{key}": value for key, value in wanted.items()}}


def of_resource(tags: Mapping[str, str]) -> dict[str, Any]:
    return {f"{prefix}:ResourceTag/{key}": value for key, value in tags.items() for prefix in ("aws", "iam")}
