from django.urls import path

from console.store_secret import duplicate, review, while_typing, wizard

urlpatterns = [
    path("store-a-new-secret", wizard.start, name="store-secret"),
    path("store-a-new-secret/name", while_typing.name, name="store-secret-name"),
    path("store-a-new-secret/replica-keys", while_typing.replica_keys, name="store-secret-replica-keys"),
    path("store-a-new-secret/rotation-preview", while_typing.rotation_preview, name="store-secret-rotation-preview"),
    path("store-a-new-secret/policy", while_typing.policy, name="store-secret-policy"),
    path("store-a-new-secret/duplicate", duplicate.duplicate, name="store-secret-duplicate"),
    path(
        "store-a-new-secret/<uuid:draft_id>/choose-secret-type",
        wizard.secret_type,
        name="store-secret-choose-secret-type",
    ),
    path("store-a-new-secret/<uuid:draft_id>/configure-secret", wizard.configure, name="store-secret-configure-secret"),
    path(
        "store-a-new-secret/<uuid:draft_id>/configure-rotation",
        wizard.rotation,
        name="store-secret-configure-rotation",
    ),
    path("store-a-new-secret/<uuid:draft_id>/review", review.review, name="store-secret-review"),
    path("store-a-new-secret/<uuid:draft_id>/cancel", wizard.cancel, name="store-secret-cancel"),
]
