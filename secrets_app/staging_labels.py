"""Staging labels: AWSCURRENT, AWSPREVIOUS, AWSPENDING and a caller's own; who carries what.

Facts: api.md 4.4. A label sits on one version of a secret at most; the database holds that as a constraint.
"""

from .errors import LimitExceededException
from .models import SecretVersion, StagingLabel

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"
MOST_LABELS = 20  # per secret, over all versions (documented quota)


def of(version: SecretVersion) -> list[str]:
    """The version's labels, in the order they were attached."""
    return list(version.staging_labels.order_by("id").values_list("label", flat=True))


def holder(secret_pk: int, label: str) -> SecretVersion | None:
    found = StagingLabel.objects.select_related("version").filter(secret_id=secret_pk, label=label).first()
    return found.version if found else None


def move(version: SecretVersion, label: str) -> None:
    """Attach the label to the version, taking it from whichever has it. AWSCURRENT leaves AWSPREVIOUS behind."""
    before = holder(version.secret_id, label)
    if before is not None and before.pk == version.pk:
        return
    if before is not None:
        detach(before, label)
    if label == CURRENT:
        detach(version, PREVIOUS)
        if before is not None:
            _take_over(before, PREVIOUS)
    _attach(version, label)


def detach(version: SecretVersion, label: str) -> None:
    StagingLabel.objects.filter(secret_id=version.secret_id, version=version, label=label).delete()


def check_quota(secret_pk: int) -> None:
    """After the change: twenty labels over all versions of a secret (documented; the text is ours)."""
    if StagingLabel.objects.filter(secret_id=secret_pk).count() > MOST_LABELS:
        raise LimitExceededException(
            f"A secret can have at most {MOST_LABELS} staging labels over all its versions.", parameter="VersionStages"
        )


def _take_over(version: SecretVersion, label: str) -> None:
    StagingLabel.objects.filter(secret_id=version.secret_id, label=label).delete()
    _attach(version, label)


def _attach(version: SecretVersion, label: str) -> None:
    StagingLabel.objects.create(secret_id=version.secret_id, version=version, label=label)
