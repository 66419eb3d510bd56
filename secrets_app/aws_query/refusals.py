"""How the query protocol spells a refusal. Codes and statuses: api.md 1.4, end; STS API reference, "Common Errors"."""

from secrets_app import errors
from secrets_app.errors import AwsError

# Elsewhere, too, the name of a class of ours is AWS's name of the error; here without its last word.
_LAST_WORD = "Exception"

_CODES: dict[type[AwsError], tuple[str, int]] = {
    errors.AccessDeniedException: ("AccessDenied", 403),
    errors.ExpiredTokenException: ("ExpiredToken", 403),
    errors.IncompleteSignatureException: ("IncompleteSignature", 403),
    errors.InternalServiceError: ("InternalFailure", 500),
    errors.InvalidSignatureException: ("SignatureDoesNotMatch", 403),
    errors.MissingAuthenticationTokenException: ("MissingAuthenticationToken", 403),
    errors.RequestEntityTooLargeException: ("RequestEntityTooLarge", 413),
    errors.RequestTimeoutException: ("RequestTimeout", 408),
    errors.SerializationException: ("MalformedQueryString", 404),
    errors.UnknownOperationException: ("InvalidAction", 400),
    errors.UnrecognizedClientException: ("InvalidClientTokenId", 403),
    errors.UnsupportedMediaTypeException: ("UnsupportedMediaType", 415),
    errors.ValidationException: ("ValidationError", 400),
}


def message_of(error: AwsError) -> str:
    """STS has a sentence of its own for a request without a signature (seen in the field)."""
    if isinstance(error, errors.MissingAuthenticationTokenException):
        return "Request is missing Authentication Token"
    return error.message


def code_and_status(error: AwsError) -> tuple[str, int]:
    return _CODES.get(type(error), (error.code.removesuffix(_LAST_WORD), error.status))
