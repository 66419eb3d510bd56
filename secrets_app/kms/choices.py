"""Keys as the console shows them: what can be chosen for a secret, and the list of keys with what uses them."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count

from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.models import KeyState, KmsKey

from . import operations

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """alias: "alias/orders", or "" for a key without one. label: the alias, else the key's id."""

    arn: str
    key_id: str
    alias: str
    label: str


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key in the list of keys. secrets: how many name it; those under aws/secretsmanager name none, so it says 0."""

    choice: KeyChoice
    state: str
    is_aws_managed: bool
    description: str
    created_at: datetime
    deletion_at: datetime | None
    secrets: int


def enabled_keys(call: Call, region: str = "") -> list[KeyChoice]:
    """Enabled customer keys of the call's Region or another one, those with an alias first.

    None at all where the caller may not list aliases: the default key can still be chosen.
    """
    there = replace(call, region=region or call.region)
    try:
        aliases = _aliases(there)
    except AccessDeniedException:
        return []
    found = KmsKey.objects.filter(
        account=there.account, region=there.region, manager=KmsKey.Manager.CUSTOMER, state=KeyState.ENABLED
    )
    return sorted((_choice(key, aliases.get(key.pk, "")) for key in found), key=_by_label)


def all_keys(call: Call) -> list[KeyEntry]:
    """Every key of the account in the Region, in the same order. Only for whom may list aliases."""
    aliases = _aliases(call)
    found = KmsKey.objects.filter(account=call.account, region=call.region).annotate(secret_count=Count("secrets"))
    entries = [
        KeyEntry(
            choice=_choice(key, aliases.get(key.pk, "")),
            state=key.state,
            is_aws_managed=key.manager == KmsKey.Manager.AWS,
            description=key.description,
            created_at=key.created_at,
            deletion_at=key.deletion_at,
            secrets=key.secret_count,
        )
        for key in found
        if key.deletion_at is None or key.deletion_at > call.now
    ]
    return sorted(entries, key=lambda entry: _by_label(entry.choice))


def alias_of(call: Call, key: KmsKey) -> str:
    """The key as people know it: its alias, else its id; the id also for whom aliases may not be listed.

    Not a call of its own: a page that shows a secret asks for one name, which is no event in the audit trail.
    """
    try:
        call.authorize(action="kms:ListAliases")
    except AccessDeniedException:
        return key.key_id
    return key.aliases.order_by("name").values_list("name", flat=True).first() or key.key_id


def _aliases(call: Call) -> dict[int, str]:
    """Primary key of a key -> its first alias. By the operation, so that it is authorized and on record."""
    found: dict[int, str] = {}
    marker: str | None = None
    while True:
        page = operations.list_aliases(call, limit=_PAGE, marker=marker)
        for alias in page.items:
            found.setdefault(alias.kms_key_id, alias.name)
        marker = page.next_token
        if marker is None:
            return found


def _choice(key: KmsKey, alias: str) -> KeyChoice:
    return KeyChoice(key.arn, key.key_id, alias, alias or key.key_id)


def _by_label(choice: KeyChoice) -> tuple[bool, str]:
    return not choice.alias, choice.label
