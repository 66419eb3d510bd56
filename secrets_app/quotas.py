"""The quotas of the service in one place, each with its refusal.

The figures are documented (api.md 4.9, 4.11); nobody has recorded the sentences, so those are ours. What the service
model limits by itself, lengths of names, descriptions, tags and policies, validation.py refuses in its own words.
"""

from secrets_app.errors import LimitExceededException, ValidationException
from secrets_app.models import Secret
from secrets_app.statements import Statement

SECRETS = 500_000  # of an account in a Region, replicas and secrets marked for deletion among them
VERSIONS = 100  # of a secret; outdated ones make room once they are a day old (versions.py)
LABELS = 20  # of a secret, over all its versions
TAGS = 50  # of a secret
VALUE_BYTES = 65_536  # of a value; the model counts characters
POLICY_CHARACTERS = 20_480  # of a resource policy; the same in the model

_WHERE = f"FROM {Secret._meta.db_table} WHERE account_id = %s AND region = %s"
_SPAN = Statement(f"SELECT (SELECT MIN(id) {_WHERE}), (SELECT MAX(id) {_WHERE})")  # noqa: S608  our own names
_LAST_ONE = Statement(f"SELECT id {_WHERE} ORDER BY id LIMIT 1 OFFSET %s")  # noqa: S608


def check_secrets(account: str, region: str) -> None:
    """Before another is made. Nothing is counted as long as the ids in use, the ends of an index, are too close
    together for so many; after that the index is walked. Two at the same moment may make one too many."""
    ((first, last),) = _SPAN.rows([account, region] * 2)
    if first is None or last - first + 1 < SECRETS:
        return
    if _LAST_ONE.rows([account, region, SECRETS - 1]):
        raise LimitExceededException(f"The account has {SECRETS:,} secrets in {region}, as many as it may have.")


def check_versions(count: int) -> None:
    """count: what pruning has left, before another is made."""
    if count >= VERSIONS:
        raise LimitExceededException(
            f"The secret has {count} versions that can't be removed yet: versions with a staging label, and versions "
            "created within the last 24 hours, are kept.",
            parameter="SecretId",
        )


def check_labels(count: int) -> None:
    """count: after the change."""
    if count > LABELS:
        raise LimitExceededException(
            f"A secret can have at most {LABELS} staging labels over all its versions.", parameter="VersionStages"
        )


def check_tags(count: int) -> None:
    """count: after the change."""
    if count > TAGS:
        raise LimitExceededException(f"A secret can have at most {TAGS} tags.", parameter="Tags")


def check_value(content: bytes) -> None:
    """In the words that the model's own limit is refused with. The value is never echoed."""
    if len(content) > VALUE_BYTES:
        raise ValidationException(
            "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
            f"Member must have length less than or equal to {VALUE_BYTES}",
            parameter="SecretString",
        )
