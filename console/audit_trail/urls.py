from django.urls import path

from console.audit_trail import page

urlpatterns = [
    path("", page.show, name="audit-trail"),
    path("<int:pk>", page.details, name="audit-trail-details"),
]
