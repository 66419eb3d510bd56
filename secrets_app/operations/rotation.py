"""RotateSecret and CancelRotateSecret: set rotation up, start it, stop it. The work itself is the scheduler's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from secrets_app import replication, staging_labels, tagging, versions
from secrets_app.call import Call
from secrets_app.errors import (
    AccessDeniedException,
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
    managed_by_another_service,
)
from secrets_app.models import RotationConfiguration, RotationRun, Secret
from secrets_app.operations._operation import operation
from secrets_app.results import Stored
from secrets_app.rotation import credentials, functions, runs, schedule, windows

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import (
        ExternalSecretRotationMetadataItemTypeDef,
        RotationRulesTypeTypeDef,
    )

NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret."


@operation("RotateSecret")
def rotate_secret(
    call: Call,
    /,
    *,
    secret_id: str,
    client_request_token: str | None = None,
    rotation_lambda_arn: str | None = None,
    rotation_rules: "RotationRulesTypeTypeDef | None" = None,
    external_secret_rotation_metadata: Sequence["ExternalSecretRotationMetadataItemTypeDef"] | None = None,
    external_secret_rotation_role_arn: str | None = None,
    rotate_immediately: bool | None = None,
) -> Stored:
    """Store schedule and function, turn rotation on, and start a rotation; with rotate_immediately=False only a test.

    Order and texts of the refusals: rotation.md 1.2. Nothing is stored when one of them applies (recorded).
    """
    if client_request_token is None:
        # InvalidParameter, where every other operation says InvalidRequest (recorded).
        raise InvalidParameterException(
            "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
            parameter="ClientRequestToken",
        )
    at_once = rotate_immediately is not False
    secret = call.secret(
        secret_id,
        for_update=True,
        context=_context(rotation_lambda_arn, rotation_rules, external_secret_rotation_role_arn, rotate_immediately),
    )
    if _is_repeated(secret, client_request_token):
        return Stored(secret, client_request_token)
    stored = RotationConfiguration.objects.filter(secret=secret).first()
    rules = _checked_rules(rotation_rules)
    function_arn = _checked_function(call, secret, rotation_lambda_arn, stored)
    external = _checked_external(secret, external_secret_rotation_metadata, external_secret_rotation_role_arn, stored)
    if runs.unfinished_version(secret) is not None or runs.make_way(secret, call.now) is not None:
        raise InvalidRequestException("A previous rotation isn't complete. That rotation will be reattempted.")
    if external:
        role_arn = external["external_role_arn"]
        call.authorize(action="iam:PassRole", resource=role_arn, shown=role_arn)
        credentials.external_role(secret, role_arn)

    configuration = _configure(call, secret, stored, function_arn, {**rules, **external})
    version_id = _start(call, secret, configuration, client_request_token, at_once=at_once)
    tagging.touch(call, secret)
    replication.mark_stale(secret)
    return Stored(secret, version_id)


@operation("CancelRotateSecret")
def cancel_rotate_secret(call: Call, /, *, secret_id: str) -> Stored:
    """Turn rotation off and end one that is under way. AWSPENDING stays where it is (documented), and the answer
    names its version; only a test's version goes."""
    secret = call.secret(secret_id, for_update=True)
    configuration = RotationConfiguration.objects.filter(secret=secret).first()
    if configuration is None:
        # The code is documented; which text is not (api.md 10).
        raise InvalidRequestException(NO_FUNCTION, parameter="SecretId")
    run = runs.under_way(secret)
    if run is not None:
        runs.end(run, secret, RotationRun.State.CANCELLED, call.now)
        if run.test_only:
            runs.drop_test_version(run, secret)
    configuration.enabled = False
    configuration.save(update_fields=["enabled"])
    windows.plan_next(configuration, call.now)
    tagging.touch(call, secret)
    replication.mark_stale(secret)
    unfinished = runs.unfinished_version(secret)
    return Stored(secret, unfinished.version_id if unfinished else None)


def _context(
    function_arn: str | None,
    rules: "RotationRulesTypeTypeDef | None",
    role_arn: str | None,
    rotate_immediately: bool | None,
) -> dict[str, str | list[str]]:
    """Condition keys of RotateSecret; those that mirror a parameter only if it was passed (security.md 1.6)."""
    context: dict[str, str | list[str]] = {"secretsmanager:ModifyRotationRules": "true" if rules else "false"}
    if rotate_immediately is not None:
        context["secretsmanager:RotateImmediately"] = "true" if rotate_immediately else "false"
    if function_arn:
        context["secretsmanager:RotationLambdaARN"] = function_arn
    if role_arn:
        context["secretsmanager:ExternalSecretRotationRoleArn"] = role_arn
    return context


def _is_repeated(secret: Secret, token: str) -> bool:
    """The same request once more: its version is pending, or current by now."""
    version = secret.versions.filter(version_id=token).first()
    if version is None:
        return False
    if {staging_labels.PENDING, staging_labels.CURRENT} & set(staging_labels.of(version)):
        return True
    raise InvalidRequestException(
        f"You can't use ClientRequestToken {token} because that value is already in use for a version of "
        f"secret {secret.arn}.",
        parameter="ClientRequestToken",
    )


def _checked_rules(rules: "RotationRulesTypeTypeDef | None") -> dict[str, Any]:
    """The configuration's fields; {} to keep what is stored."""
    if not rules:
        return {}
    days, expression = rules.get("AutomaticallyAfterDays"), rules.get("ScheduleExpression")
    if days is not None and expression is not None:
        raise InvalidParameterException(
            "You cannot specify both rotation frequency and schedule expression together.",
            parameter="ScheduleExpression",
        )
    try:
        schedule.parse(expression=expression, automatically_after_days=days, duration=rules.get("Duration"))
    except schedule.InvalidSchedule as refusal:
        raise InvalidParameterException(refusal.message, parameter=refusal.field) from None
    return {
        "automatically_after_days": days,
        "schedule_expression": expression or "",
        "duration": rules.get("Duration") or "",
    }


def _checked_external(
    secret: Secret, metadata: Sequence[Any] | None, role_arn: str | None, stored: RotationConfiguration | None
) -> dict[str, Any]:
    """The configuration's fields for a managed external secret; {} for any other."""
    if not secret.type:
        if metadata or role_arn:
            raise InvalidRequestException(
                "ExternalSecretRotationMetadata and ExternalSecretRotationRoleArn are for managed external secrets."
            )
        return {}
    given = {"external_metadata": metadata, "external_role_arn": role_arn}
    kept = {field: getattr(stored, field) for field in given} if stored else {}
    found = {field: value if value is not None else kept.get(field) or [] for field, value in given.items()}
    if not found["external_role_arn"]:
        raise InvalidParameterException(
            "You must provide ExternalSecretRotationRoleArn to rotate a managed external secret.",
            parameter="ExternalSecretRotationRoleArn",
        )
    return found


def _checked_function(call: Call, secret: Secret, given: str | None, stored: RotationConfiguration | None) -> str:
    """The ARN of the function that will rotate the secret; "" for one that its owning service or a plugin rotates."""
    if secret.owning_service:
        if given:
            raise managed_by_another_service(secret.owning_service)
        return ""
    if secret.type:
        _check_plugin(secret, given)
        return ""
    function_arn = given or (stored.function_arn if stored else "")
    if not function_arn:
        raise InvalidRequestException(NO_FUNCTION, parameter="RotationLambdaARN")
    call.authorize(action="lambda:InvokeFunction", resource=function_arn, shown=function_arn)
    if functions.find(secret.arn, function_arn) is None:
        raise AccessDeniedException(
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants "
            "access to the principal secretsmanager.amazonaws.com.",
            parameter="RotationLambdaARN",
        )
    return function_arn


def _check_plugin(secret: Secret, given: str | None) -> None:
    """A partner's plugin rotates a managed external secret. Here it is a function that is registered for the type."""
    if given:
        raise InvalidRequestException("A managed external secret is rotated without a Lambda function.")
    if functions.of_external_type(secret) is None:
        raise InvalidRequestException(
            f"Secrets of the type '{secret.type}' can't be rotated on this server: no rotation plugin is installed. "
            "A rotation function can be registered for the type."
        )


def _configure(
    call: Call,
    secret: Secret,
    stored: RotationConfiguration | None,
    function_arn: str,
    fields: dict[str, Any],
) -> RotationConfiguration:
    configuration = stored or RotationConfiguration(secret=secret, enabled=False, enabled_at=call.now)
    if not configuration.enabled:
        configuration.enabled, configuration.enabled_at = True, call.now
    configuration.function_arn = function_arn
    for field, value in fields.items():
        setattr(configuration, field, value)
    configuration.save()
    windows.plan_next(configuration, call.now)
    return configuration


def _start(
    call: Call, secret: Secret, configuration: RotationConfiguration, token: str, *, at_once: bool
) -> str | None:
    """Open the pending version and leave the rest to the scheduler. None where there is nothing to test."""
    if secret.owning_service and not at_once:
        return None
    try:
        version = versions.open_empty(secret, token, call.now)
        staging_labels.move(version, staging_labels.PENDING)
        staging_labels.check_quota(secret.pk)
    except LimitExceededException as refusal:
        # RotateSecret's model knows no LimitExceededException.
        raise InvalidRequestException(refusal.message) from None
    runs.start(secret, token, functions.arn_of(configuration), call.now, test_only=not at_once)
    return token
