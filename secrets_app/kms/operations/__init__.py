"""The operations of KMS that a secrets server needs: keys, their states, tags and aliases; data under them.

Registered like those of Secrets Manager, against KMS's own model. Facts: api.md 7.
"""

from .aliases import create_alias, delete_alias, list_aliases, update_alias
from .cryptography import decrypt, encrypt, generate_data_key, generate_data_key_without_plaintext, re_encrypt
from .keys import (
    ScheduledKeyDeletion,
    cancel_key_deletion,
    create_key,
    describe_key,
    disable_key,
    enable_key,
    list_keys,
    schedule_key_deletion,
    update_key_description,
)
from .policies import get_key_policy, list_key_policies, put_key_policy
from .rotation import (
    disable_key_rotation,
    enable_key_rotation,
    get_key_rotation_status,
    list_key_rotations,
    rotate_key_on_demand,
)
from .tags import list_resource_tags, tag_resource, untag_resource

__all__ = [
    "ScheduledKeyDeletion",
    "cancel_key_deletion",
    "create_alias",
    "create_key",
    "decrypt",
    "delete_alias",
    "describe_key",
    "disable_key",
    "disable_key_rotation",
    "enable_key",
    "enable_key_rotation",
    "encrypt",
    "generate_data_key",
    "generate_data_key_without_plaintext",
    "get_key_policy",
    "get_key_rotation_status",
    "list_aliases",
    "list_key_policies",
    "list_key_rotations",
    "list_keys",
    "list_resource_tags",
    "put_key_policy",
    "re_encrypt",
    "rotate_key_on_demand",
    "schedule_key_deletion",
    "tag_resource",
    "untag_resource",
    "update_alias",
    "update_key_description",
]
