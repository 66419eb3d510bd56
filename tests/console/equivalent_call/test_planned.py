"""What a dialog shows beforehand is what its form then calls: each form is sent, and both are compared."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name
from django.http import QueryDict
from django.test import Client
from django.urls import get_resolver, resolve

from console.equivalent_call import planned
from secrets_app import operations, replication
from secrets_app.call import Call, Made
from secrets_app.kms import key_policy
from secrets_app.models import BulkChange, KmsKey, RotationFunction, Secret
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
_TOKEN = "6f1a9a0e-77d4-4a7e-8a7c-0d6b4f4b2f11"

Compare = Callable[[str, dict[str, Any]], list[str]]


@pytest.fixture
def key(db: None) -> KmsKey:
    return factories.make_key("alias/mine")


@pytest.fixture
def function(alice: Any) -> RotationFunction:
    return RotationFunction.objects.create(
        account_id=factories.ACCOUNT,
        region=factories.REGION,
        name="rotate",
        handler="secrets_app.rotation.bundled.random_password:lambda_handler",
        created_at=NOW,
    )


@pytest.fixture
def compare(signed_in: Client) -> Compare:
    """Sends the form; the names of the operations it called, once they are what was shown beforehand."""

    def sent_and_compared(address: str, form: dict[str, Any]) -> list[str]:
        shown = plan(signed_in, address, form)
        answer = signed_in.post(address, form, **HTMX)
        assert answer.status_code == 200, answer.content.decode()
        made = made_by(answer)
        assert shown == [compared(each) for each in made]
        return [each.operation for each in made]

    return sent_and_compared


def made_by(answer: Any) -> list[Made]:
    found: list[Made] = answer.wsgi_request.call.made
    return found


def plan(client: Client, address: str, form: dict[str, Any]) -> list[Any]:
    """As the dialog's preview is put together; what it shows is asked for as well, so that it is known to work."""
    path, _, query = address.partition("?")
    match = resolve(path)
    asked = QueryDict(query, mutable=True)
    asked.update(match.kwargs)
    posted = QueryDict(mutable=True)
    for name, value in form.items():
        posted.setlist(name, value if isinstance(value, list) else [value])
    calls = planned.PLANS[str(match.url_name)](planned.Asked(factories.REGION, asked, posted))
    preview = client.post(f"/equivalent-call/{match.url_name}?{asked.urlencode()}", form, **HTMX)
    assert preview.status_code == 200
    assert all(f"aws {each.service}" in "".join(preview.context["cli"]) for each in calls)
    return [compared(each) for each in calls]


def compared(call: Any) -> Any:
    """Without the token, which every form has, and without a False that is as good as absent."""
    return (
        call.service,
        call.operation,
        call.region,
        {name: value for name, value in call.parameters.items() if name != "ClientRequestToken" and value is not False},
        list(call.withheld),
    )


def of(secret: Secret, dialog: str, **query: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"/secret/{dialog}?name={secret.name}&region={secret.region}{more}"


def test_description(compare: Compare, secret: Secret) -> None:
    form = {"description": "new", "client_request_token": _TOKEN}

    assert compare(of(secret, "details/edit-description"), form) == ["UpdateSecret"]


@pytest.mark.parametrize("new_version", [{}, {"new_version": "on"}])
def test_encryption_key(compare: Compare, secret: Secret, key: KmsKey, new_version: dict[str, str]) -> None:
    form = {"kms_key_id": key.arn, "client_request_token": _TOKEN, **new_version}

    assert compare(of(secret, "details/edit-encryption-key"), form) == ["UpdateSecret"]


def test_value(compare: Compare, secret: Secret) -> None:
    current = secret.versions.get().version_id
    form = {"secret_string": "hunter2", "edited_version_id": current, "client_request_token": _TOKEN}

    assert compare(of(secret, "value/edit"), form) == ["PutSecretValue"]


def test_make_current(compare: Compare, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    second = factories.make_version(call, secret, "second")

    made = compare(of(secret, "versions/make-current", version_id=first), {"current": second})

    assert made == ["UpdateSecretVersionStage"]


def test_tags(compare: Compare, call: Call, secret: Secret) -> None:
    before = [("stays", "1"), ("changes", "2"), ("goes", "3")]
    operations.tag_resource(call, secret_id=secret.arn, tags=[{"Key": key, "Value": value} for key, value in before])
    form = {
        "before_key": [key for key, _ in before],
        "before_value": [value for _, value in before],
        "tag_key": ["stays", "changes", "comes"],
        "tag_value": ["1", "two", "4"],
    }

    assert compare(of(secret, "tags/edit"), form) == ["TagResource", "UntagResource"]
    assert (
        compare(of(secret, "tags/edit"), {**form, "before_key": form["tag_key"], "before_value": form["tag_value"]})
        == []
    )


def test_rotation(compare: Compare, secret: Secret, function: RotationFunction) -> None:
    form = {
        "automatic": "on",
        "mode": "builder",
        "time_unit": "days",
        "days": "7",
        "start_hour": "0",
        "window_duration": "3h",
        "rotation_lambda_arn": function.arn,
        "rotate_immediately": "on",
        "client_request_token": _TOKEN,
    }

    assert compare(of(secret, "rotation/edit"), form) == ["RotateSecret"]
    assert compare(of(secret, "rotation/cancel"), {}) == ["CancelRotateSecret"]
    assert compare(of(secret, "rotation/discard"), {"version_id": _TOKEN}) == ["UpdateSecretVersionStage"]
    again = {**form, "days": "8", "client_request_token": _TOKEN[:-1] + "2"}
    assert compare(of(secret, "rotation/edit"), again) == ["RotateSecret"]
    assert compare(of(secret, "rotation/edit"), {"client_request_token": _TOKEN}) == ["CancelRotateSecret"]


def test_rotate_now(compare: Compare, call: Call, secret: Secret, function: RotationFunction) -> None:
    rules: Any = {"ScheduleExpression": "rate(7 days)"}
    operations.rotate_secret(
        call,
        secret_id=secret.arn,
        client_request_token=_TOKEN,
        rotation_lambda_arn=function.arn,
        rotation_rules=rules,
    )
    operations.update_secret_version_stage(
        call, secret_id=secret.arn, version_stage="AWSPENDING", remove_from_version_id=_TOKEN
    )

    assert compare(of(secret, "rotation/rotate"), {"client_request_token": _TOKEN[:-1] + "2"}) == ["RotateSecret"]


def test_replicas(compare: Compare, secret: Secret) -> None:
    rows = {"replica_region": ["eu-west-1", "eu-central-1", ""], "replica_key": ["", "", ""], "overwrite": "on"}
    there = {"replica_region": "eu-west-1"}

    assert compare(of(secret, "replication/replicate"), rows) == ["ReplicateSecretToRegions"]
    replication.run_due(NOW, "a scheduler")
    assert compare(of(secret, "replication/retry", **there), {}) == ["ReplicateSecretToRegions"]
    confirmed = {"confirmation": "eu-west-1"}
    assert compare(of(secret, "replication/edit-key", **there), confirmed) == ["ReplicateSecretToRegions"]
    assert compare(of(secret, "replication/delete", **there), confirmed) == ["RemoveRegionsFromReplication"]


def test_permissions(compare: Compare, secret: Secret) -> None:
    allow = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, '
    document = allow + '"Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}'

    assert compare(of(secret, "permissions/edit"), {"resource_policy": document}) == ["PutResourcePolicy"]
    assert compare(of(secret, "permissions/edit"), {"resource_policy": " "}) == ["DeleteResourcePolicy"]


def test_deletion(compare: Compare, secret: Secret) -> None:
    assert compare(of(secret, "deletion/delete"), {"recovery_window_in_days": "9"}) == ["DeleteSecret"]
    assert compare(of(secret, "deletion/cancel"), {}) == ["RestoreSecret"]
    assert compare(of(secret, "deletion/delete-now"), {"confirmation": secret.name}) == ["DeleteSecret"]


def test_staging_label_added_and_moved(compare: Compare, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    second = factories.make_version(call, secret, "second", version_stages=["blue"])

    for form in ({"label": " green "}, {"label": "blue", "holder": second}):
        address = of(secret, "staging-labels/edit") + f"&version_id={first}"
        assert compare(address, form) == ["UpdateSecretVersionStage"]


@pytest.mark.parametrize(
    ("dialog", "form", "operation"),
    [
        ("rotate", {}, "RotateKeyOnDemand"),
        ("enable-rotation", {}, "EnableKeyRotation"),
        ("disable-rotation", {}, "DisableKeyRotation"),
        ("disable", {}, "DisableKey"),
        ("enable", {}, "EnableKey"),
        ("schedule-deletion", {"pending_window_in_days": "8"}, "ScheduleKeyDeletion"),
        ("description", {"description": "d"}, "UpdateKeyDescription"),
        ("alias", {"alias": "more"}, "CreateAlias"),
    ],
)
def test_keys(compare: Compare, key: KmsKey, dialog: str, form: dict[str, str], operation: str) -> None:
    assert compare(f"/encryption-keys/{dialog}?key_id={key.key_id}", form) == [operation]


def test_a_key_policy(compare: Compare, key: KmsKey) -> None:
    document = key_policy.unless_given(key.account_id, key.region, key.manager).replace("key-default-1", "ours")

    assert compare(f"/encryption-keys/policy?key_id={key.key_id}", {"policy": document}) == ["PutKeyPolicy"]


def test_keys_and_their_aliases(compare: Compare, key: KmsKey) -> None:
    of_alias = f"?key_id={key.key_id}&alias=alias/"

    assert compare(f"/encryption-keys/rename-alias{of_alias}mine", {"alias": "ours"}) == ["CreateAlias", "DeleteAlias"]
    assert compare(f"/encryption-keys/delete-alias{of_alias}ours", {}) == ["DeleteAlias"]
    compare(f"/encryption-keys/schedule-deletion?key_id={key.key_id}", {"pending_window_in_days": "7"})
    assert compare(f"/encryption-keys/cancel-deletion?key_id={key.key_id}", {}) == ["CancelKeyDeletion"]


def test_creating_a_key_shows_its_id_as_a_variable(signed_in: Client) -> None:
    form = {"alias": "mine", "description": "d"}
    (create, alias) = plan(signed_in, "/encryption-keys/create", form)

    made = made_by(signed_in.post("/encryption-keys/create", form, **HTMX))

    assert compared(made[0]) == create
    assert made[1].parameters["AliasName"] == alias[3]["AliasName"] == "alias/mine"
    assert alias[3]["TargetKeyId"].variable == "key_id"


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("tag", {"tag_key": ["a", ""], "tag_value": ["1", ""]}),
        ("rotate", {}),
        ("replicate", {"replica_regions": ["eu-west-1"]}),
        ("delete", {"recovery_window_in_days": "7"}),
    ],
)
def test_bulk_changes(signed_in: Client, call: Call, kind: str, form: dict[str, Any]) -> None:
    """By the scheduler, for each with the parameters that the change keeps."""
    secrets = [factories.make_secret(call, name) for name in ("a", "b")]
    form |= {"secret": [secret.arn for secret in secrets], "confirmed": "1"}
    ((_, _, _, shown, _),) = plan(signed_in, f"/secrets/bulk-changes/{kind}", form)

    signed_in.post(f"/secrets/bulk-changes/{kind}", form, **HTMX)

    kept = {name: value for name, value in BulkChange.objects.get().parameters.items() if value is not False}
    assert shown.pop("SecretId").variable == "secret_id"
    assert {xform_name(name): value for name, value in shown.items()} == kept


def test_every_plan_is_of_a_dialog() -> None:
    routes = {name for name in get_resolver().reverse_dict if isinstance(name, str)}

    assert set(planned.PLANS) <= routes


@pytest.mark.parametrize("route", sorted(planned.PLANS))
def test_whatever_is_typed_something_is_shown(route: str) -> None:
    """Nothing is validated: an empty form and one full of nonsense have a call too, or none, but no error."""
    nonsense = QueryDict("", mutable=True)
    fields = (
        "recovery_window_in_days",
        "pending_window_in_days",
        "kms_key_id",
        "tag_key",
        "tag_value",
        "secret",
        "days",
    )
    for name in (*fields, "automatic", "alias", "resource_policy", "replica_region", "replica_key", "mode"):
        nonsense.setlist(name, ["\x01²", "x"])

    for form in (QueryDict(), nonsense):
        for kwargs in ("", "action=disable", "action=schedule-deletion", "kind=delete", "kind=nonsense"):
            planned.PLANS[route](planned.Asked(factories.REGION, QueryDict(kwargs), form))
