from django.urls import path

from console.secrets_list import bulk, page, preferences

urlpatterns = [
    path("", page.show, name="secrets-list"),
    path("secrets/preferences", preferences.edit, name="secrets-list-preferences"),
    path("secrets/bulk-changes/", bulk.recent, name="secrets-list-bulk-recent"),
    path("secrets/bulk-changes/<int:pk>", bulk.progress, name="secrets-list-bulk-progress"),
    path("secrets/bulk-changes/<slug:kind>", bulk.change, name="secrets-list-bulk"),
]
