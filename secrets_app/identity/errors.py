"""Errors of IAM, each once. Codes and statuses on the wire are those of IAM's model; texts: seen in the field."""

from secrets_app.errors import AwsError


class IamError(AwsError):
    """Its code on the wire is its name without "Exception"."""


class DeleteConflictException(IamError):
    status = 409


class EntityAlreadyExistsException(IamError):
    status = 409


class InvalidInputException(IamError):
    pass


class LimitExceededException(IamError):
    status = 409


class MalformedPolicyDocumentException(IamError):
    pass


class NoSuchEntityException(IamError):
    status = 404


class PasswordPolicyViolationException(IamError):
    pass


# Of STS, whose model spells them in the same way.
class PackedPolicyTooLargeException(IamError):
    pass


def no_such(what: str, name: str, *, parameter: str = "") -> NoSuchEntityException:
    """what: "user", "group", "role", "user policy", ..."""
    return NoSuchEntityException(f"The {what} with name {name} cannot be found.", parameter=parameter)


def already_exists(what: str, name: str, *, parameter: str = "") -> EntityAlreadyExistsException:
    return EntityAlreadyExistsException(f"{what} with name {name} already exists.", parameter=parameter)
