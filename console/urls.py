from django.urls import include, path

from console import gallery, shortcuts

urlpatterns = [
    path("", include("console.secrets_list.urls")),
    path("", include("console.sign_in.urls")),
    path("", include("console.store_secret.urls")),
    path("secret/", include("console.secret.urls")),
    path("event-history/", include("console.audit_trail.urls")),
    path("background/", include("console.background.urls")),
    path("encryption-keys/", include("console.encryption_keys.urls")),
    path("rotation-functions/", include("console.rotation_functions.urls")),
    path("equivalent-call/", include("console.equivalent_call.urls")),
    path("keyboard-shortcuts", shortcuts.sheet, name="shortcuts"),
    path("gallery", gallery.gallery),
]

handler404 = "console.errors.page_not_found"
