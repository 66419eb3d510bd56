"""Names line up: details.edit_description = secret-details-edit-description = details/edit-description."""

from django.urls import path

from console.secret import deletion, details, page, permissions, replication, rotation, tags, value, versions

urlpatterns = [
    path("", page.show, name="secret"),
    path("details/edit-description", details.edit_description, name="secret-details-edit-description"),
    path("details/edit-encryption-key", details.edit_encryption_key, name="secret-details-edit-encryption-key"),
    path("value/retrieve", value.retrieve, name="secret-value-retrieve"),
    path("value/close", value.close, name="secret-value-close"),
    path("value/edit", value.edit, name="secret-value-edit"),
    path("versions/retrieve", versions.retrieve, name="secret-versions-retrieve"),
    path("versions/make-current", versions.make_current, name="secret-versions-make-current"),
    path("tags/edit", tags.edit, name="secret-tags-edit"),
    path("rotation/edit", rotation.edit, name="secret-rotation-edit"),
    path("rotation/preview", rotation.preview, name="secret-rotation-preview"),
    path("rotation/rotate", rotation.rotate, name="secret-rotation-rotate"),
    path("rotation/cancel", rotation.cancel, name="secret-rotation-cancel"),
    path("rotation/discard", rotation.discard, name="secret-rotation-discard"),
    path("rotation/status", rotation.status, name="secret-rotation-status"),
    path("replication/replicate", replication.replicate, name="secret-replication-replicate"),
    path("replication/keys", replication.keys, name="secret-replication-keys"),
    path("replication/retry", replication.retry, name="secret-replication-retry"),
    path("replication/edit-key", replication.edit_key, name="secret-replication-edit-key"),
    path("replication/delete", replication.delete, name="secret-replication-delete"),
    path("replication/promote", replication.promote, name="secret-replication-promote"),
    path("replication/status", replication.status, name="secret-replication-status"),
    path("permissions/edit", permissions.edit, name="secret-permissions-edit"),
    path("permissions/validate", permissions.validate, name="secret-permissions-validate"),
    path("deletion/delete", deletion.delete, name="secret-deletion-delete"),
    path("deletion/cancel", deletion.cancel, name="secret-deletion-cancel"),
]
