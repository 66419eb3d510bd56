from django.urls import path

from console.store_secret import page

urlpatterns = [path("", page.store, name="store-secret")]
