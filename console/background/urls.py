from django.urls import path

from console.background import page

urlpatterns = [path("", page.show, name="background")]
