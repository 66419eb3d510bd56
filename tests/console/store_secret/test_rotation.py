"""Step 3: the rotation a new secret is stored with."""

import json
from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, RotationFunction, RotationRun
from secrets_app.rotation.bundled.catalogue import CATALOGUE
from tests.console.store_secret.wizard import DATABASE, NO_ROTATION, Wizard

pytestmark = pytest.mark.django_db

SUPERUSER = "arn:aws:secretsmanager:us-west-2:123456789012:secret:superuser-AbCdEf"


@pytest.fixture
def rotating(call: Call) -> dict[str, Any]:
    """Every 23 hours, by a function that is there."""
    function = RotationFunction.objects.create(
        account_id=call.account, region=call.region, name="rotate", handler="a:b", created_at=call.now
    )
    return {**NO_ROTATION, "automatic": "on", "rotation_lambda_arn": function.arn}


def test_rotation_is_set_up_and_started_with_the_secret(
    signed_in: Client, call: Call, rotating: dict[str, Any]
) -> None:
    wizard = Wizard(signed_in)
    wizard.fill(rotation={**rotating, "rotate_immediately": "on", "window_duration": "2h"})

    answer = wizard.store()

    assert "tab=rotation" in answer["Location"]
    rotation = operations.describe_secret(call, secret_id="prod/new").rotation
    assert rotation is not None
    assert (rotation.enabled, rotation.schedule_expression, rotation.duration) == (True, "rate(23 hours)", "2h")
    assert not RotationRun.objects.get().test_only
    events = AuditEvent.objects.filter(read_only=False).order_by("id").values_list("event_name", flat=True)
    assert list(events) == ["CreateSecret", "RotationStarted", "RotateSecret"]


def test_alternating_users_need_the_superuser_and_put_it_into_the_value(
    signed_in: Client, call: Call, rotating: dict[str, Any]
) -> None:
    wizard = Wizard(signed_in)
    alternating = {**rotating, "strategy": "alternating"}
    wizard.fill(DATABASE, {**alternating, "superuser_arn": SUPERUSER})
    refused = wizard.post("configure-rotation", **alternating)
    wizard.post("configure-rotation", **alternating, superuser_arn=SUPERUSER)
    wizard.store()

    assert "Enter the ARN of the superuser" in refused.content.decode()
    value = operations.get_secret_value(call, secret_id="prod/new").value.string or ""
    assert json.loads(value)["masterarn"] == SUPERUSER


def test_functions_for_the_engine_are_offered_first(signed_in: Client, call: Call, rotating: dict[str, Any]) -> None:
    made = [
        RotationFunction.objects.create(
            account_id=call.account, region=call.region, name=bundled.name, handler=bundled.handler, created_at=call.now
        )
        for bundled in CATALOGUE
    ]
    wizard = Wizard(signed_in)
    wizard.fill(DATABASE, NO_ROTATION)

    refused = wizard.post(
        "configure-rotation", **{**rotating, "rotation_lambda_arn": made[3].arn, "strategy": "single"}
    ).context["form"]

    groups = {label: options for label, options in refused.fields["rotation_lambda_arn"].choices if label}
    assert [name for _, name in groups["For this database"]] == [
        "SecretsManagerPostgreSQLAlternatingUsers",
        "SecretsManagerPostgreSQLSingleUser",
    ]
    assert (rotating["rotation_lambda_arn"], "rotate") in groups["Other functions"]
    assert refused.errors["strategy"] == ["This function is for alternating users."]


def test_wrong_schedule_and_missing_function_are_said_at_their_fields(signed_in: Client) -> None:
    expression = {**NO_ROTATION, "automatic": "on", "mode": "expression", "schedule_expression": "rate(1 hour)"}

    form = Wizard(signed_in).post("configure-rotation", **expression).context["form"]

    assert {"schedule_expression", "rotation_lambda_arn"} <= form.errors.keys()


def test_duplicate_rotates_as_the_original(signed_in: Client, call: Call, rotating: dict[str, Any]) -> None:
    wizard = Wizard(signed_in)
    wizard.fill(rotation=rotating)
    wizard.store()

    answer = signed_in.post(
        "/store-a-new-secret/duplicate?name=prod/new&region=us-west-2", {"value": "on", "rotation": "on"}
    )
    draft = answer["Location"].split("configure-secret")[0]
    signed_in.post(f"{draft}configure-secret?region=us-west-2", {"name": "copy"})
    signed_in.post(f"{draft}review?region=us-west-2", {"go": "store"})

    rotation = operations.describe_secret(call, secret_id="copy").rotation
    assert rotation is not None
    assert (rotation.schedule_expression, rotation.function_arn) == ("rate(23 hours)", rotating["rotation_lambda_arn"])
