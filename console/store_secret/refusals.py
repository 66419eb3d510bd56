"""Where in the wizard a refusal of Store belongs: the operation and the member it is about name step and field."""

from console.store_secret.steps import CONFIGURE, REVIEW, ROTATION, TYPE
from secrets_app.errors import AccessDeniedException
from secrets_app.new_secret import RefusedError

_OF_CREATION = {
    "SecretString": (TYPE, "secret_string"),
    "SecretBinary": (TYPE, "secret_string"),
    "KmsKeyId": (TYPE, "kms_key_id"),
    "Type": (TYPE, "external_type"),
    "Name": (CONFIGURE, "name"),
    "Description": (CONFIGURE, "description"),
    "Tags": (CONFIGURE, "tags"),
    "AddReplicaRegions": (CONFIGURE, "replicas"),
}
_OF_ROTATION = {
    "ScheduleExpression": "schedule_expression",
    "Duration": "window_duration",
    "RotationLambdaARN": "rotation_lambda_arn",
    "ExternalSecretRotationRoleArn": "external_role_arn",
}


def place(refused: RefusedError) -> dict[str, str]:
    """step, field ("" for the top of the page) and message, as a draft keeps them."""
    parameter = refused.error.parameter
    if refused.operation == "PutResourcePolicy":
        step, field = CONFIGURE, "resource_policy"
    elif refused.operation == "RotateSecret":
        step, field = ROTATION, _OF_ROTATION.get(parameter, "")
    else:
        step, field = _OF_CREATION.get(parameter, (REVIEW, ""))
    message = refused.error.message
    if isinstance(refused.error, AccessDeniedException) and refused.operation != "CreateSecret":
        message = f"{message} Nothing has been stored."
    return {"step": step, "field": field, "message": message}
