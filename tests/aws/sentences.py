"""Refusals that several operations share, as the real service words them. Facts: api.md 3 and 1.6."""

from tests.aws.wire import Refusal

NOT_FOUND = Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
INVALID_NAME = Refusal(
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
)
MARKED = Refusal(
    "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."
)
TOKEN_MISSING = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
READ_ONLY = Refusal(
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)


def no_label(label: str) -> Refusal:
    return Refusal(
        "ResourceNotFoundException",
        f"Secrets Manager can't find the specified secret value for staging label: {label}",
    )


def no_version(version_id: str) -> Refusal:
    return Refusal(
        "ResourceNotFoundException",
        f"Secrets Manager can't find the specified secret value for VersionId: {version_id}",
    )


def token_in_use(token: str, arn: str) -> Refusal:
    return Refusal(
        "ResourceExistsException",
        f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}.",
    )


def invalid(*clauses: str) -> Refusal:
    """clauses: "Value 'x' at 'name'" and the constraint, one pair after the other."""
    found = [
        f"{value} failed to satisfy constraint: {constraint}"
        for value, constraint in zip(clauses[::2], clauses[1::2], strict=True)
    ]
    noun = "validation error" if len(found) == 1 else "validation errors"
    return Refusal("ValidationException", f"{len(found)} {noun} detected: " + "; ".join(found))
