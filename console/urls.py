from django.urls import include, path

urlpatterns = [
    path("", include("console.sign_in.urls")),
]

handler404 = "console.errors.page_not_found"
