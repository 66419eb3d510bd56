"""Tags: Edit tags. What is wrong with a row is said at the row before anything is sent."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from secrets_app import operations, quotas
from secrets_app.errors import AwsError

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import TagTypeDef

    from secrets_app.models import Tag

Row = dict[str, Any]  # Key, Value; and error, new for the editor


def posted_tags(request: ConsoleRequest) -> list[Row]:
    return tag_rows(request.POST)


def tag_rows(posted: QueryDict) -> list[Row]:
    """The rows of the tag editor as they were typed, empty ones left out."""
    pairs = zip(posted.getlist("tag_key"), posted.getlist("tag_value"), strict=False)
    return [{"Key": key, "Value": value} for key, value in pairs if key or value]


def check(rows: list[Row]) -> bool:
    """Write each row's error into the row. True if there is none."""
    seen: set[str] = set()
    for row in rows:
        row["error"] = _error(row["Key"], row["Value"], seen)
        seen.add(row["Key"])
    return not any(row["error"] for row in rows)


def _error(key: str, value: str, seen: set[str]) -> str:
    if not key:
        return "You must specify a tag key."
    if len(key) > 128 or len(value) > 256:
        return "A tag key can have up to 128 characters, and its value up to 256."
    if _is_system(key):
        return "Tag keys that begin with aws: are reserved."
    return "You must specify a unique tag key." if key in seen else ""


@for_secret
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    described = operations.describe_secret(request.call, secret_id=secret_id)
    before = {tag.key: tag.value for tag in described.tags}
    system_tags = [tag for tag in described.tags if _is_system(tag.key)]
    context: dict[str, Any] = {
        "action": url_of("secret-tags-edit", secret_id, request.call.region),
        "system_tags": system_tags,
        "before": {key: value for key, value in before.items() if not _is_system(key)},
        "limit": quotas.TAGS - len(system_tags),
    }
    if request.method == "GET":
        context["tags"] = [{"Key": key, "Value": value} for key, value in before.items() if not _is_system(key)]
        return dialog(request, "console/secret/tags/edit.html", context)
    rows = posted_tags(request)
    if check(rows):
        try:
            message = _save(request, secret_id, described.tags, {row["Key"]: row["Value"] for row in rows})
            return secret_saved(request, secret_id, message)
        except AwsError as error:
            context["error"] = error.message
    for row in rows:
        row["new"] = row["Key"] not in before
    return dialog(request, "console/secret/tags/edit.html", {**context, "tags": rows}, status=422)


def _save(request: ConsoleRequest, secret_id: str, tags: list["Tag"], wanted: dict[str, str]) -> str:
    """Only the difference: what the person is told. System tags, which the editor doesn't offer, stay.

    Two operations, each all or nothing. The first raises when it is refused: nothing has changed yet. When the second
    is, a flash says what was not done. Adding is first, except where the quota has room only after removing.
    """
    before = {tag.key: tag.value for tag in tags if not _is_system(tag.key)}
    removed = [key for key in before if key not in wanted]
    changed: list[TagTypeDef] = [
        {"Key": key, "Value": value} for key, value in wanted.items() if before.get(key) != value
    ]
    put = partial(operations.tag_resource, request.call, secret_id=secret_id, tags=changed)
    remove = partial(operations.untag_resource, request.call, secret_id=secret_id, tag_keys=removed)
    if not (changed and removed):
        if changed:
            put()
        if removed:
            remove()
        return "You successfully updated the tags." if changed or removed else "There was nothing to change."
    added_keys, removed_keys = ", ".join(tag["Key"] for tag in changed), ", ".join(removed)
    if len({tag.key for tag in tags} | wanted.keys()) > quotas.TAGS:
        return _both(request, remove, put, f"Removed: {removed_keys}.", f"Not saved: {added_keys}.")
    return _both(request, put, remove, f"Saved: {added_keys}.", f"Not removed: {removed_keys}.")


def _both(
    request: ConsoleRequest, first: Callable[[], None], second: Callable[[], None], done: str, not_done: str
) -> str:
    first()
    try:
        second()
    except AwsError as error:
        messages.error(request, f"{not_done} {error.message}")
        return done
    return "You successfully updated the tags."


def _is_system(key: str) -> bool:
    return key.lower().startswith("aws:")
