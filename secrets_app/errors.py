"""Every error the service answers with, each once.

An AwsError is raised where its rule is, in AWS's words, and shown three ways: as JSON on the wire
(`aws_json/endpoint.py`), at a form field, or as a flash in the console.
The first block is the exceptions of the service model; the second what the front door adds.
"""


class AwsError(Exception):
    """A refusal with a sentence for the caller.

    parameter: the wire name of the member it is about ("Description"), so that a form can show it at its field.
    status: HTTP status on the wire. 400 for every client error, also for "not found" (recorded; api.md 1.3).
    """

    status = 400
    message_key = "Message"  # front-door errors use a small m (api.md 1.3)

    def __init__(self, message: str = "", *, parameter: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.parameter = parameter

    @property
    def code(self) -> str:
        return type(self).__name__


# --- modelled by Secrets Manager -----------------------------------------------------------------


class DecryptionFailure(AwsError):
    pass


class EncryptionFailure(AwsError):
    pass


class InternalServiceError(AwsError):
    status = 500


class InvalidNextTokenException(AwsError):
    pass


class InvalidParameterException(AwsError):
    pass


class InvalidRequestException(AwsError):
    pass


class LimitExceededException(AwsError):
    pass


class MalformedPolicyDocumentException(AwsError):
    pass


class PreconditionNotMetException(AwsError):
    pass


class PublicPolicyException(AwsError):
    pass


class ResourceExistsException(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


# --- the front door --------------------------------------------------------------------------------


class AccessDeniedException(AwsError):
    pass


class ValidationException(AwsError):
    message_key = "message"


class MissingAuthenticationTokenException(AwsError):
    message_key = "message"


class IncompleteSignatureException(AwsError):
    message_key = "message"


class InvalidSignatureException(AwsError):
    message_key = "message"


class UnrecognizedClientException(AwsError):
    message_key = "message"


class ExpiredTokenException(AwsError):
    message_key = "message"


class UnknownOperationException(AwsError):
    message_key = "message"


class SerializationException(AwsError):
    message_key = "message"


class RequestEntityTooLargeException(AwsError):
    """The body is over the limit; refused before it is read whole."""

    status = 413
    message_key = "message"


class RequestTimeoutException(AwsError):
    """The body did not arrive in time."""

    status = 408
    message_key = "message"


class UnsupportedMediaTypeException(AwsError):
    """The body is in a form that isn't read here: CBOR, gzip, a form where JSON is wanted. Status: Smithy's."""

    status = 415
    message_key = "message"


# --- sentences that several rules share ------------------------------------------------------------


def secret_not_found() -> ResourceNotFoundException:
    """Recorded for every operation (api.md 3)."""
    return ResourceNotFoundException("Secrets Manager can't find the specified secret.", parameter="SecretId")


def marked_for_deletion() -> InvalidRequestException:
    """Recorded for tags, seen in the field for values and policies (api.md 3)."""
    return InvalidRequestException(
        "You can't perform this operation on the secret because it was marked for deletion.", parameter="SecretId"
    )


def read_only_cross_account_replica(operation: str) -> AwsError:
    """The texts are ours, after that of replicas in other Regions; what has to be done first is documented."""
    if operation == "DeleteSecret":
        return InvalidRequestException(
            "You can't delete a cross-account replica secret. Call StopReplicationToReplica first.",
            parameter="SecretId",
        )
    return InvalidParameterException(
        "Operation not permitted on a cross-account replica secret. Call must be made in primary secret's account.",
        parameter="SecretId",
    )


def read_only_replica() -> InvalidParameterException:
    """Seen in the field (api.md 3)."""
    return InvalidParameterException(
        "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
        parameter="SecretId",
    )


def managed_by_another_service(service: str) -> InvalidRequestException:
    """First sentence: user guide, troubleshooting. The service is named, as the console does."""
    return InvalidRequestException(
        "This secret is managed by an AWS service, and you must use that service to update it. "
        f"Managing service: {service}.",
        parameter="SecretId",
    )


def default_key_of_another_account() -> InvalidRequestException:
    """Recorded (api.md 3): aws/secretsmanager is for the principals of its own account."""
    return InvalidRequestException(
        "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS "
        "service key.",
        parameter="SecretId",
    )


def kms_access_denied() -> AccessDeniedException:
    """Seen in the field on CreateSecret and GetSecretValue (api.md 1.5)."""
    return AccessDeniedException("Access to KMS is not allowed", parameter="KmsKeyId")
