"""What can be done to a key in its state, as data: label, dialog, and why something is off."""

from django.urls import reverse

from secrets_app.kms.choices import KeyEntry

LABELS = {
    "alias": "Create alias",
    "description": "Edit description",
    "policy": "Edit key policy",
    "rotate": "Rotate now",
    "enable-rotation": "Enable automatic rotation",
    "disable-rotation": "Disable automatic rotation",
    "disable": "Disable",
    "enable": "Enable",
    "schedule-deletion": "Schedule deletion",
    "cancel-deletion": "Cancel deletion",
}
_ALLOWED = {
    "Enabled": {
        "alias",
        "description",
        "policy",
        "rotate",
        "enable-rotation",
        "disable-rotation",
        "disable",
        "schedule-deletion",
    },
    "Disabled": {"alias", "description", "policy", "enable", "schedule-deletion"},
    "PendingDeletion": {"cancel-deletion"},
}
_STATE_ONLY = ("disable", "enable", "schedule-deletion", "cancel-deletion")  # in the list, beside each key


def url_of_key(key_id: str, region: str) -> str:
    return reverse("encryption-keys-key", query={"key_id": key_id, "region": region})


def url_of(action: str, key_id: str, region: str, **query: str) -> str:
    query = {"key_id": key_id, "region": region, **query}
    if action in ("alias", "description", "policy", "rename-alias", "delete-alias"):
        return reverse(f"encryption-keys-{action}", query=query)
    return reverse("encryption-keys-change", args=[action], query=query)


def of_row(entry: KeyEntry, region: str) -> list[dict[str, str]]:
    """What changes the state of a key; nothing for one that AWS manages. A key without a name can get one."""
    if entry.is_aws_managed:
        return []
    key_id = entry.choice.key_id
    offered = [action for action in _STATE_ONLY if action in _ALLOWED[entry.state]]
    if not entry.choice.alias and "alias" in _ALLOWED[entry.state]:
        offered.insert(0, "alias")
    return [
        {"id": f"{action}-{key_id}", "label": LABELS[action], "url": url_of(action, key_id, region)}
        for action in offered
    ]


def of_key(key_id: str, state: str, region: str) -> list[dict[str, str]]:
    """The Actions menu of a key's own page: all of it, and why a part of it is off."""
    return [
        {
            "label": label,
            "url": url_of(action, key_id, region),
            "disabled_reason": "" if action in _ALLOWED[state] else _reason(action, state),
        }
        for action, label in LABELS.items()
    ]


def _reason(action: str, state: str) -> str:
    if action == "cancel-deletion":
        return "The key is not scheduled for deletion."
    if state == "PendingDeletion":
        return "The key is scheduled for deletion."
    return "The key is enabled." if action == "enable" else "Enable the key first."
