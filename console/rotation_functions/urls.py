from django.urls import path

from console.rotation_functions import page

urlpatterns = [
    path("", page.show, name="rotation-functions"),
    path("use", page.use, name="rotation-functions-use"),
    path("create", page.create, name="rotation-functions-create"),
    path("edit", page.edit, name="rotation-functions-edit"),
    path("delete", page.delete, name="rotation-functions-delete"),
]
