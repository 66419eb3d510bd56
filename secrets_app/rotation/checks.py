"""Does the stored credential still work? Asked of bundled functions that can tell (bundled/__init__.py), on demand, and
by itself when a rotation was given up: then the database may have what the secret hasn't.

A check is a run without a version: one step, checkSecret, that changes nothing and leaves nothing behind.
"""

from datetime import datetime

from django.db import transaction

from secrets_app.call import Call
from secrets_app.errors import InvalidRequestException
from secrets_app.models import RotationConfiguration, RotationFunction, RotationRun, Secret
from secrets_app.rotation import function_changes, functions, runs
from secrets_app.rotation.bundled import CAN_CHECK

_PACKAGE = "secrets_app.rotation.bundled."


def can_tell(function: RotationFunction | None) -> bool:
    if function is None or function.kind != RotationFunction.Kind.MODULE:
        return False
    module, _, _ = function.handler.partition(":")
    return module.startswith(_PACKAGE) and module.removeprefix(_PACKAGE) in CAN_CHECK


def function_of(secret: Secret, configuration: RotationConfiguration | None) -> RotationFunction | None:
    """The one that can tell of this secret; None if there is none, or nothing to tell of."""
    if configuration is None or not configuration.function_arn:
        return None
    function = functions.find(secret.arn, configuration.function_arn)
    return function if can_tell(function) else None


def check_now(call: Call, secret: Secret) -> None:
    """For whom may rotate the secret and invoke its function; on record as Lambda's Invoke."""
    call.authorize_secret(secret, secret.arn, action="secretsmanager:RotateSecret")
    configuration = RotationConfiguration.objects.filter(secret=secret).first()
    function = function_of(secret, configuration)
    if function is None:
        raise InvalidRequestException("The rotation function of this secret can't check its credential.")

    def start(call: Call) -> None:
        call.authorize(action="lambda:InvokeFunction", resource=function.arn, shown=function.arn)
        locked = Secret.objects.select_for_update().get(pk=secret.pk)
        if runs.under_way(locked) is not None:
            raise InvalidRequestException("A rotation or a test of this secret is under way. Check it afterwards.")
        runs.start(locked, "", function.arn, call.now, test_only=True)

    function_changes.recorded(call, "Invoke", {"name": function.name}, start)


def after_failure(secret: Secret, now: datetime) -> None:
    """Once the failed run has ended."""
    configuration = RotationConfiguration.objects.filter(secret=secret, enabled=True).first()
    function = function_of(secret, configuration)
    if function is None:
        return
    with transaction.atomic():
        locked = Secret.objects.select_for_update().get(pk=secret.pk)
        if runs.under_way(locked) is None:
            runs.start(locked, "", function.arn, now, test_only=True)


def disagreement(secret: Secret) -> RotationRun | None:
    """The last check, if it failed and no newer value was made current since."""
    last = RotationRun.objects.filter(secret=secret, version_id="", test_only=True).exclude(
        state__in=[RotationRun.State.RUNNING, RotationRun.State.CANCELLED]
    )
    run = last.order_by("-id").first()
    if run is None or run.state != RotationRun.State.FAILED:
        return None
    configuration = RotationConfiguration.objects.filter(secret=secret).first()
    changes = [configuration.last_rotated_at, configuration.value_changed_at] if configuration else []
    return None if any(moment is not None and moment > run.started_at for moment in changes) else run
