"""Tags of users, roles and policies: those of whoever calls are aws:PrincipalTag/... in every policy."""

from collections.abc import Mapping

from secrets_app.call import Call
from secrets_app.identity import entities, managed, pages
from secrets_app.identity import tags as _tags  # operations have a parameter of that name
from secrets_app.identity.tags import Tags
from secrets_app.models import ManagedPolicy, Principal
from secrets_app.operations._operation import operation
from secrets_app.results import Page

Tag = tuple[str, str]
Tagged = Principal | ManagedPolicy


@operation("TagUser", service_name="iam")
def tag_user(call: Call, /, *, user_name: str, tags: Tags) -> None:
    wanted = _tags.check(tags)
    _add(entities.user(call, user_name, context=_tags.of_request(wanted), for_update=True), wanted)


@operation("UntagUser", service_name="iam")
def untag_user(call: Call, /, *, user_name: str, tag_keys: list[str]) -> None:
    _tags.refuse_reserved(tag_keys)
    _remove(entities.user(call, user_name, context={"aws:TagKeys": tag_keys}, for_update=True), tag_keys)


@operation("ListUserTags", changes=False, service_name="iam")
def list_user_tags(
    call: Call, /, *, user_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[Tag]:
    return _page(call, entities.user(call, user_name).tags, user_name, marker, max_items)


@operation("TagRole", service_name="iam")
def tag_role(call: Call, /, *, role_name: str, tags: Tags) -> None:
    wanted = _tags.check(tags)
    _add(entities.role(call, role_name, context=_tags.of_request(wanted), for_update=True), wanted)


@operation("UntagRole", service_name="iam")
def untag_role(call: Call, /, *, role_name: str, tag_keys: list[str]) -> None:
    _tags.refuse_reserved(tag_keys)
    _remove(entities.role(call, role_name, context={"aws:TagKeys": tag_keys}, for_update=True), tag_keys)


@operation("ListRoleTags", changes=False, service_name="iam")
def list_role_tags(
    call: Call, /, *, role_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[Tag]:
    return _page(call, entities.role(call, role_name).tags, role_name, marker, max_items)


@operation("TagPolicy", service_name="iam")
def tag_policy(call: Call, /, *, policy_arn: str, tags: Tags) -> None:
    wanted = _tags.check(tags)
    _add(managed.own_policy(call, policy_arn, _tags.of_request(wanted)), wanted)


@operation("UntagPolicy", service_name="iam")
def untag_policy(call: Call, /, *, policy_arn: str, tag_keys: list[str]) -> None:
    _tags.refuse_reserved(tag_keys)
    _remove(managed.own_policy(call, policy_arn, {"aws:TagKeys": tag_keys}), tag_keys)


@operation("ListPolicyTags", changes=False, service_name="iam")
def list_policy_tags(
    call: Call, /, *, policy_arn: str, marker: str | None = None, max_items: int | None = None
) -> Page[Tag]:
    return _page(call, managed.policy(call, policy_arn).tags, policy_arn, marker, max_items)


def _page(call: Call, tags: Mapping[str, str], of: str, marker: str | None, max_items: int | None) -> Page[Tag]:
    return pages.page(call, tags.items(), lambda tag: tag[0], {"tags of": of}, marker, max_items)


def _add(tagged: Tagged, wanted: Mapping[str, str]) -> None:
    tagged.tags = _tags.added(tagged.tags, wanted)
    tagged.save(update_fields=["tags"])


def _remove(tagged: Tagged, tag_keys: list[str]) -> None:
    tagged.tags = _tags.without(tagged.tags, tag_keys)
    tagged.save(update_fields=["tags"])
