from django.urls import path

from console.equivalent_call import preview

urlpatterns = [path("<slug:route>", preview.preview, name="equivalent-call")]
