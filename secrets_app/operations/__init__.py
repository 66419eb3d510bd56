"""The API operations: the only thing a door may call. Callers write operations.put_secret_value(call, ...)."""

from secrets_app.operations.cross_account_replication import (
    associate_cross_account_replica,
    disassociate_cross_account_replica,
)
from secrets_app.operations.random_password import get_random_password
from secrets_app.operations.replication import (
    remove_regions_from_replication,
    replicate_secret_to_regions,
    stop_replication_to_replica,
)
from secrets_app.operations.resource_policy import (
    delete_resource_policy,
    get_resource_policy,
    list_resource_policies,
    put_resource_policy,
    validate_resource_policy,
)
from secrets_app.operations.rotation import cancel_rotate_secret, rotate_secret
from secrets_app.operations.secrets import (
    create_secret,
    delete_secret,
    describe_secret,
    list_secrets,
    restore_secret,
    update_secret,
)
from secrets_app.operations.tags import tag_resource, untag_resource
from secrets_app.operations.values import batch_get_secret_value, get_secret_value, put_secret_value
from secrets_app.operations.versions import list_secret_version_ids, update_secret_version_stage

__all__ = [
    "associate_cross_account_replica",
    "batch_get_secret_value",
    "cancel_rotate_secret",
    "create_secret",
    "delete_resource_policy",
    "delete_secret",
    "describe_secret",
    "disassociate_cross_account_replica",
    "get_random_password",
    "get_resource_policy",
    "get_secret_value",
    "list_resource_policies",
    "list_secret_version_ids",
    "list_secrets",
    "put_resource_policy",
    "put_secret_value",
    "remove_regions_from_replication",
    "replicate_secret_to_regions",
    "restore_secret",
    "rotate_secret",
    "stop_replication_to_replica",
    "tag_resource",
    "untag_resource",
    "update_secret",
    "update_secret_version_stage",
    "validate_resource_policy",
]
