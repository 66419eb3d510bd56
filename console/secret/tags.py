"""Tags: Edit tags. What is wrong with a row is said at the row before anything is sent."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from secrets_app import operations
from secrets_app.errors import AwsError
from secrets_app.results import Description

MOST_TAGS = 50
Row = dict[str, Any]  # Key, Value; and error, new for the editor


def posted_tags(request: ConsoleRequest) -> list[Row]:
    """The rows of the tag editor as they were typed, empty ones left out."""
    pairs = zip(request.POST.getlist("tag_key"), request.POST.getlist("tag_value"), strict=False)
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
    if key.lower().startswith("aws:"):
        return "Tag keys that begin with aws: are reserved."
    return "You must specify a unique tag key." if key in seen else ""


@for_secret
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    described = operations.describe_secret(request.call, secret_id=secret_id)
    before = {tag.key: tag.value for tag in described.tags}
    system = {key for key in before if key.lower().startswith("aws:")}
    context: dict[str, Any] = {
        "action": url_of("secret-tags-edit", secret_id, request.call.region),
        "system_tags": [tag for tag in described.tags if tag.key in system],
        "limit": MOST_TAGS - len(system),
    }
    if request.method == "GET":
        context["tags"] = [{"Key": key, "Value": value} for key, value in before.items() if key not in system]
        return dialog(request, "console/secret/tags/edit.html", context)
    rows = posted_tags(request)
    if check(rows):
        try:
            _save(request, secret_id, described, {row["Key"]: row["Value"] for row in rows}, system)
            return secret_saved(request, secret_id, "You successfully updated the tags.")
        except AwsError as error:
            context["error"] = error.message
    for row in rows:
        row["new"] = row["Key"] not in before
    return dialog(request, "console/secret/tags/edit.html", {**context, "tags": rows}, status=422)


def _save(
    request: ConsoleRequest, secret_id: str, described: Description, wanted: dict[str, str], system: set[str]
) -> None:
    """Only the difference. Adding comes first: it is what can be refused, and then nothing has changed. Only where the
    quota leaves no room for both at once do the removed ones go first."""
    before = {tag.key: tag.value for tag in described.tags if tag.key not in system}
    removed = [key for key in before if key not in wanted]
    put = [{"Key": key, "Value": value} for key, value in wanted.items() if before.get(key) != value]
    no_room = len(before.keys() | wanted.keys()) + len(system) > MOST_TAGS
    if removed and no_room:
        operations.untag_resource(request.call, secret_id=secret_id, tag_keys=removed)
    if put:
        operations.tag_resource(request.call, secret_id=secret_id, tags=put)  # type: ignore[arg-type]
    if removed and not no_room:
        operations.untag_resource(request.call, secret_id=secret_id, tag_keys=removed)
