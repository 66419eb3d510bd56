"""Rotation configuration: the builder, the expression, rotating now, cancelling, and the history."""

import uuid
from typing import Any

import pytest
from django.test import Client

from console.secret.rotation_form import RotationForm
from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, RotationConfiguration, RotationFunction, RotationRun, Secret
from tests.console.secret.pages import address, allowing, post, read
from tests.factories import ACCOUNT, NOW, REGION, Person, make_person, make_secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def function(call: Call) -> RotationFunction:
    return RotationFunction.objects.create(
        account_id=ACCOUNT,
        region=REGION,
        name="rotate-it",
        kind=RotationFunction.Kind.MODULE,
        handler="secrets_app.rotation.bundled.random_password:lambda_handler",
        created_at=NOW,
    )


def fields(function: RotationFunction | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "automatic": "on",
        "mode": "builder",
        "time_unit": "days",
        "days": "10",
        "hours": "23",
        "start_hour": "0",
        "rotation_lambda_arn": function.arn if function else "",
        "client_request_token": str(uuid.uuid4()),
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "expression"),
    [
        ({"time_unit": "hours", "hours": "6"}, "rate(6 hours)"),
        ({}, "rate(10 days)"),
        ({"days": "1"}, "rate(1 day)"),
        ({"days": "1", "start_hour": "16"}, "cron(0 16 * * ? *)"),
        ({"start_hour": "16"}, "cron(0 16 1/10 * ? *)"),
        ({"time_unit": "weeks", "weekdays": ["MON", "FRI"], "start_hour": "2"}, "cron(0 2 ? * MON,FRI *)"),
        ({"time_unit": "months", "months": "3", "day_of_month": "L"}, "cron(0 0 L 1/3 ? *)"),
        ({"mode": "expression", "schedule_expression": " cron(0 4/12 * * ? *) "}, "cron(0 4/12 * * ? *)"),
    ],
)
def test_builder_makes_the_expression(function: RotationFunction, changes: dict[str, Any], expression: str) -> None:
    form = RotationForm(fields(function, **changes), functions=[(function.arn, function.name)], is_managed=False)

    assert form.is_valid(), form.errors
    assert form.rules() == {"ScheduleExpression": expression}


def test_rotation_is_turned_on_and_starts(signed_in: Client, secret: Secret, function: RotationFunction) -> None:
    answer = post(signed_in, "secret-rotation-edit", secret, fields(function, rotate_immediately="on"))

    assert "Secret scheduled for rotation." in answer.content.decode()
    configuration = RotationConfiguration.objects.get(secret=secret)
    assert (configuration.enabled, configuration.schedule_expression) == (True, "rate(10 days)")
    assert RotationRun.objects.get().state == "running"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rotation_lambda_arn": ""}, "Choose a rotation function."),
        ({"days": ""}, "Enter a number."),
        ({"days": "1000"}, "less than or equal to 999"),
        ({"time_unit": "weeks"}, "Choose at least one day."),
        ({"mode": "expression", "schedule_expression": ""}, "Enter a schedule expression."),
        ({"mode": "expression", "schedule_expression": "rate(1 hour)"}, "ScheduleExpression"),
        ({"window_duration": "99h"}, "Duration"),
    ],
)
def test_refused_schedule_is_said_at_its_field_and_kept(
    signed_in: Client, secret: Secret, function: RotationFunction, changes: dict[str, Any], message: str
) -> None:
    answer = post(signed_in, "secret-rotation-edit", secret, fields(function, **changes))

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode() or "form-field__error" in answer.content.decode()
    assert not RotationConfiguration.objects.exists()


def test_turning_it_off_keeps_schedule_and_function(
    signed_in: Client, secret: Secret, function: RotationFunction
) -> None:
    """Documented: DescribeSecret shows the previous schedule and function."""
    post(signed_in, "secret-rotation-edit", secret, fields(function, rotate_immediately="on"))
    RotationRun.objects.all().delete()
    secret.staging_labels.filter(label="AWSPENDING").delete()

    answer = post(signed_in, "secret-rotation-edit", secret, {"client_request_token": str(uuid.uuid4())})

    assert "You successfully turned off automatic rotation." in answer.content.decode()
    configuration = RotationConfiguration.objects.get(secret=secret)
    assert (configuration.enabled, configuration.function_arn) == (False, function.arn)


def test_preview_tells_the_next_five_windows(signed_in: Client, secret: Secret, function: RotationFunction) -> None:
    answer = post(signed_in, "secret-rotation-preview", secret, fields(function, time_unit="hours", hours="12"))

    assert "rate(12 hours)" in answer.content.decode()
    assert answer.content.decode().count("<li>") == 5


def test_preview_says_why_there_is_no_schedule_and_nothing_else(
    signed_in: Client, secret: Secret, function: RotationFunction
) -> None:
    answer = post(
        signed_in, "secret-rotation-preview", secret, fields(function, mode="expression", schedule_expression="daily")
    )

    assert answer.content.decode().count("<p>") == 1
    assert "it must be rate(value unit)" in answer.content.decode()


def test_running_rotation_is_polled_and_can_be_cancelled(
    signed_in: Client, secret: Secret, function: RotationFunction
) -> None:
    post(signed_in, "secret-rotation-edit", secret, fields(function, rotate_immediately="on"))
    assert "Cancel rotation" in read(signed_in, "secret", secret, tab="rotation")
    assert 'hx-trigger="every 2s"' in read(signed_in, "secret-rotation-status", secret)

    answer = post(signed_in, "secret-rotation-cancel", secret, {})

    assert "You successfully canceled the rotation" in answer.content.decode()
    assert 'hx-trigger="every 2s"' not in read(signed_in, "secret-rotation-status", secret, tab="rotation")
    assert RotationRun.objects.get().state == "cancelled"


def test_end_of_a_rotation_refreshes_all_of_the_page(
    signed_in: Client, secret: Secret, function: RotationFunction
) -> None:
    """Rotating changes more than its own panel: when the secret was changed last, for one."""
    post(signed_in, "secret-rotation-edit", secret, fields(function, rotate_immediately="on"))
    RotationRun.objects.update(state="succeeded")

    answer = signed_in.get(address("secret-rotation-status", secret, tab="rotation"), HTTP_HX_REQUEST="true")

    assert answer.headers["HX-Retarget"] == "#secret"
    assert 'id="panel-details"' in answer.content.decode()


def test_polling_is_no_event_and_only_for_whom_may_describe(
    sign_in: Any, alice: Person, mallory: Person, secret: Secret, function: RotationFunction
) -> None:
    client = sign_in(alice)
    post(client, "secret-rotation-edit", secret, fields(function, rotate_immediately="on"))
    before = AuditEvent.objects.count()

    read(client, "secret-rotation-status", secret)

    assert AuditEvent.objects.count() == before
    assert sign_in(mallory).get(address("secret-rotation-status", secret)).status_code == 403


def test_fault_of_a_built_schedule_is_said_where_it_was_built(
    signed_in: Client, secret: Secret, function: RotationFunction
) -> None:
    """At another hour than midnight only cron() can tell the time, and it counts no further than a month has days."""
    answer = post(signed_in, "secret-rotation-edit", secret, fields(function, days="40", start_hour="5"))

    assert answer.status_code == 422
    assert 'id="id_days_error"' in answer.content.decode()
    assert "every 31 days at most" in answer.content.decode()


def test_untouched_schedule_stays_as_it_was_put(
    signed_in: Client, call: Call, secret: Secret, function: RotationFunction
) -> None:
    operations.rotate_secret(
        call,
        secret_id=secret.arn,
        client_request_token=str(uuid.uuid4()),
        rotation_lambda_arn=function.arn,
        rotation_rules={"AutomaticallyAfterDays": 10},
        rotate_immediately=False,
    )
    post(signed_in, "secret-rotation-cancel", secret, {})

    answer = post(signed_in, "secret-rotation-edit", secret, fields(function))

    assert answer.status_code == 200
    assert RotationConfiguration.objects.get().automatically_after_days == 10


def test_who_may_not_list_functions_types_the_arn(sign_in: Any, secret: Secret, function: RotationFunction) -> None:
    carol = make_person("carol", allowing("secretsmanager:*", "lambda:InvokeFunction"))
    client = sign_in(carol)
    assert '<input type="text" name="rotation_lambda_arn"' in read(client, "secret-rotation-edit", secret)

    answer = post(client, "secret-rotation-edit", secret, fields(function, rotate_immediately="on"))

    assert "Secret scheduled for rotation." in answer.content.decode()


def test_rotating_now_while_one_runs_is_refused_in_aws_words(
    signed_in: Client, secret: Secret, function: RotationFunction
) -> None:
    """Text seen in the field (api.md 3)."""
    post(signed_in, "secret-rotation-edit", secret, fields(function, rotate_immediately="on"))

    answer = post(signed_in, "secret-rotation-rotate", secret, {"client_request_token": str(uuid.uuid4())})

    assert answer.status_code == 422
    assert "A previous rotation isn&#x27;t complete. That rotation will be reattempted." in answer.content.decode()


def test_managed_secret_offers_its_schedule_only(signed_in: Client, call: Call, secret: Secret) -> None:
    Secret.objects.filter(pk=secret.pk).update(owning_service="rds")

    shown = read(signed_in, "secret-rotation-edit", secret)
    assert "rotation_lambda_arn" not in shown
    assert 'type="checkbox" name="automatic"' not in shown

    post(signed_in, "secret-rotation-edit", secret, fields(rotate_immediately="on"))
    described = operations.describe_secret(call, secret_id=secret.arn)
    assert described.rotation is not None
    assert described.rotation.schedule_expression == "rate(10 days)"


def test_unfinished_rotation_is_shown_and_discarded(
    signed_in: Client, call: Call, secret: Secret, function: RotationFunction
) -> None:
    """A cancelled rotation leaves AWSPENDING behind, and RotateSecret is refused until it is gone (documented)."""
    post(signed_in, "secret-rotation-edit", secret, fields(function, rotate_immediately="on"))
    post(signed_in, "secret-rotation-cancel", secret, {})
    pending = RotationRun.objects.get().version_id
    assert pending in read(signed_in, "secret-rotation-discard", secret)
    assert "A rotation was left unfinished" in read(signed_in, "secret", secret, tab="rotation")

    answer = post(signed_in, "secret-rotation-discard", secret, {"version_id": pending})

    assert "The unfinished rotation was discarded." in answer.content.decode()
    assert pending not in operations.describe_secret(call, secret_id=secret.arn).versions_to_stages
    again = post(signed_in, "secret-rotation-edit", secret, fields(function, rotate_immediately="on"))
    assert "Secret scheduled for rotation." in again.content.decode()


@pytest.mark.parametrize("base", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59+00:00", "nonsense"])
def test_preview_of_a_base_that_cannot_be_counts_from_now(signed_in: Client, secret: Secret, base: str) -> None:
    fields = {"automatic": "on", "mode": "expression", "schedule_expression": "rate(10 days)"}

    answer = post(signed_in, "secret-rotation-preview", secret, fields, base=base)

    assert answer.status_code == 200
    assert "The next windows" in answer.content.decode()


def test_secret_without_a_value_can_not_be_rotated_yet(signed_in: Client, call: Call) -> None:
    """console.md 10.3, "No value yet"."""
    empty = make_secret(call, "empty", secret_string=None)

    shown = read(signed_in, "secret", empty, tab="rotation")

    assert "This secret has no value yet. Set one first." in shown
    assert "/secret/rotation/edit" not in shown
    assert "/secret/rotation/rotate" not in shown
