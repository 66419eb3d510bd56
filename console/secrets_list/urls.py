from django.urls import path

from console.secrets_list import page

urlpatterns = [path("", page.show, name="secrets-list")]
