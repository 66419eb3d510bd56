"""Answers to what Django itself refuses."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    del reason  # tells an attacker which check failed; the person needs only the way out
    context = {"title": "This form has expired", "message": "Go back, reload the page and try again."}
    return render(request, "console/error.html", context, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    context = {"title": "Not found", "message": "There is no page at this address."}
    return render(request, "console/error.html", context, status=404)
