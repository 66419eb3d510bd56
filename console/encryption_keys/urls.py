from django.urls import path

from console.encryption_keys import dialogs, key, page

urlpatterns = [
    path("", page.show, name="encryption-keys"),
    path("key", key.show, name="encryption-keys-key"),
    path("create", dialogs.create, name="encryption-keys-create"),
    path("alias", dialogs.alias, name="encryption-keys-alias"),
    path("rename-alias", dialogs.rename_alias, name="encryption-keys-rename-alias"),
    path("delete-alias", dialogs.delete_alias, name="encryption-keys-delete-alias"),
    path("description", dialogs.description, name="encryption-keys-description"),
    path("policy", dialogs.policy, name="encryption-keys-policy"),
    path("<slug:action>", dialogs.change, name="encryption-keys-change"),
]
