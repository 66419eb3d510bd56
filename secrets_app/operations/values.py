"""GetSecretValue, BatchGetSecretValue and PutSecretValue: the operations a value goes through."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from secrets_app import (
    audit,
    availability,
    cross_account_replication,
    replication,
    secret_ids,
    staging_labels,
    stored_values,
    tagging,
    versions,
)
from secrets_app.call import Call
from secrets_app.errors import (
    AwsError,
    InvalidNextTokenException,
    InvalidParameterException,
    InvalidRequestException,
    secret_not_found,
)
from secrets_app.operations._operation import operation
from secrets_app.results import Batch, BatchError, SecretValue, Stored
from secrets_app.rotation import abandonment
from secrets_app.search import secrets_matching
from secrets_app.service_model import service

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import FilterTypeDef

_BATCH_PAGE = 20
_GET_SECRET_VALUE = service("secretsmanager").operations["GetSecretValue"]


@operation("GetSecretValue", changes=False)
def get_secret_value(
    call: Call, /, *, secret_id: str, version_id: str | None = None, version_stage: str | None = None
) -> SecretValue:
    """The value of AWSCURRENT, of another staging label, or of a version by id."""
    return _read(call, secret_id, version_id=version_id or "", label=version_stage or "")


def _read(call: Call, secret_id: str, *, version_id: str, label: str) -> SecretValue:
    context: dict[str, str | list[str]] = {}
    if version_id:
        context["secretsmanager:VersionId"] = version_id
    if label:  # only where it was passed (documented): a policy that asks for AWSCURRENT wants to be told so
        context["secretsmanager:VersionStage"] = label
    if not version_id and not label:
        label = staging_labels.CURRENT
    stored = stored_values.find(call, secret_id, label=label, version_id=version_id)
    policy = None if stored is None else stored.policy_document
    call.authorize_secret(stored, secret_id, context=context, policy_document=policy)
    if stored is None:
        raise secret_not_found()
    refused = availability.refusal(stored, "GetSecretValue")
    if refused is not None:
        raise refused
    return stored_values.open_for(call, stored, label=label, version_id=version_id)


@operation("BatchGetSecretValue", changes=False)
def batch_get_secret_value(
    call: Call,
    /,
    *,
    secret_id_list: list[str] | None = None,
    filters: Sequence["FilterTypeDef"] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Batch:
    """AWSCURRENT of up to 20 secrets, by id or by filter; what can't be read is told per secret."""
    if max_results is not None and filters is None:
        raise InvalidParameterException(
            "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
            parameter="MaxResults",
        )
    if (secret_id_list is None) == (filters is None):
        raise InvalidParameterException(
            "Either 'SecretIdList' or 'Filters' must be provided, but not both.", parameter="SecretIdList"
        )
    if next_token is not None and filters is None:
        raise InvalidNextTokenException("The NextToken value is invalid.", parameter="NextToken")  # a list has no pages
    call.authorize()
    token = None
    if secret_id_list is None:
        call.authorize(action="secretsmanager:ListSecrets")
        page = secrets_matching(call, filters or [], size=max_results or _BATCH_PAGE, next_token=next_token)
        secret_id_list, token = [secret.arn for secret in page.items], page.next_token
    values, errors = [], []
    for secret_id in secret_id_list:
        try:
            values.append(_read_as_part(call, secret_id))
        except AwsError as error:
            errors.append(BatchError(secret_id, error.code, error.message))
    return Batch(values, errors, token)


def _read_as_part(call: Call, secret_id: str) -> SecretValue:
    """As GetSecretValue reads it, permission and audit event included: the service "generates CloudTrail GetSecretValue
    log entries for each secret you request" (API reference, BatchGetSecretValue)."""
    part = call.starting(_GET_SECRET_VALUE, call.service, read_only=True)
    arguments = {"secret_id": secret_id}
    try:
        secret_ids.check_characters(secret_id)
        found = _read(part, secret_id, version_id="", label="")
    except Exception as error:
        audit.note_part(call, part, arguments, error)
        raise
    audit.note_part(call, part, arguments)
    return found


@operation("PutSecretValue")
def put_secret_value(
    call: Call,
    /,
    *,
    secret_id: str,
    client_request_token: str | None = None,
    secret_binary: bytes | None = None,
    secret_string: str | None = None,
    version_stages: list[str] | None = None,
    rotation_token: str | None = None,
) -> Stored:
    """Store a new version of the value and move `version_stages` (AWSCURRENT if none are given) onto it."""
    token = versions.require_token(client_request_token)
    value = versions.value_of(secret_string, secret_binary)
    if value is None:
        raise InvalidRequestException("You must provide either SecretString or SecretBinary.", parameter="SecretString")
    secret = call.secret(secret_id, for_update=True)
    abandonment.check_rotation_token(secret, token, rotation_token)
    abandonment.refuse_other_versions(call, secret, token)
    version, stored = versions.add(call, secret, token, value)
    if stored:
        labels = list(dict.fromkeys(version_stages or [staging_labels.CURRENT]))
        if staging_labels.holder(secret.pk, staging_labels.CURRENT) is None and staging_labels.CURRENT not in labels:
            labels.append(staging_labels.CURRENT)  # the first version always gets it (documented)
        for label in labels:
            staging_labels.move(version, label)
        staging_labels.check_quota(secret.pk)
        if staging_labels.CURRENT in labels:
            abandonment.new_value_stored(call, secret, version.version_id)
        tagging.touch(call, secret)
        replication.mark_stale(secret)
        cross_account_replication.value_changed(call, secret)
    return Stored(secret, version.version_id, staging_labels.of(version))
