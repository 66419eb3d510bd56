from django.urls import path

from console.encryption_keys import page

urlpatterns = [
    path("", page.show, name="encryption-keys"),
    path("create", page.create, name="encryption-keys-create"),
    path("alias", page.alias, name="encryption-keys-alias"),
    path("<slug:action>", page.change, name="encryption-keys-change"),
]
