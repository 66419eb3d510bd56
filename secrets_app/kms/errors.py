"""Errors of KMS, each once. KMS writes `message` with a small m, in what it models too."""

from secrets_app.errors import AwsError


class KmsError(AwsError):
    message_key = "message"


class AlreadyExistsException(KmsError):
    pass


class DisabledException(KmsError):
    pass


class DryRunOperationException(KmsError):
    status = 412  # KMS API reference, errors of Encrypt


class IncorrectKeyException(KmsError):
    pass


class InvalidAliasNameException(KmsError):
    pass


class InvalidCiphertextException(KmsError):
    pass


class InvalidKeyUsageException(KmsError):
    pass


class KMSInvalidStateException(KmsError):
    pass


class LimitExceededException(KmsError):
    pass


class MalformedPolicyDocumentException(KmsError):
    pass


class NotFoundException(KmsError):
    pass


class TagException(KmsError):
    pass


class UnsupportedOperationException(KmsError):
    pass
