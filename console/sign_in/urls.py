from django.urls import path

from console.sign_in import views

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("change-region", views.change_region, name="change-region"),
    path("preferences", views.preferences, name="preferences"),
    path("healthz", views.healthz, name="healthz"),
]
