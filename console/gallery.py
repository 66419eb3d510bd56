"""Every component in every state on one page, for whoever changes the look. Only there while DEBUG is on."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

_MOMENT = datetime(2026, 7, 15, 9, 5, tzinfo=UTC)
_LONG_NAME = "prod/" + "very-long-segment/" * 28 + "end"
_ARN = "arn:aws:secretsmanager:us-west-2:123456789012:secret:prod/orders/database-AbCdEf"
_STATUS_TYPES = ["success", "error", "warning", "info", "stopped", "pending", "not-started", "in-progress", "loading"]
_POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/reader"},
     "Action": "secretsmanager:GetSecretValue", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": true}}}
  ]
}"""
_PYTHON = """import boto3

client = boto3.client("secretsmanager", region_name="us-west-2")
secret = client.get_secret_value(SecretId="MyTestSecret")["SecretString"]  # "AWSCURRENT"
"""


class _ExampleForm(forms.Form):
    name = forms.CharField(label="Secret name", help_text="Letters, digits and /_+=.@-", max_length=512)
    description = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2048)
    key = forms.ChoiceField(label="Encryption key", choices=[("", "aws/secretsmanager"), ("a", "alias/orders")])
    days = forms.IntegerField(label="Waiting period", min_value=7, max_value=30, help_text="7 to 30 days.")
    engine = forms.ChoiceField(widget=forms.RadioSelect, choices=[("p", "PostgreSQL"), ("m", "MySQL")])
    new_version = forms.BooleanField(
        label="Create new version of secret with new encryption key",
        help_text="Without it, the versions with labels are re-encrypted.",
        required=False,
    )


def _context() -> dict[str, Any]:
    refused = "Secrets owned by Amazon RDS are changed there."
    tabs = [
        ("overview", "Overview"),
        ("rotation", "Rotation"),
        ("versions", "Versions"),
        ("replication", "Replication"),
    ]
    return {
        "now": _MOMENT,
        "arn": _ARN,
        "long_name": _LONG_NAME,
        "policy": _POLICY,
        "python": _PYTHON,
        "value": '{"username": "admin", "password": "EXAMPLE", "port": 5432, "ssl": true}',
        "nested": '{"hosts": ["a", "b"]}',
        "fresh_form": _ExampleForm(initial={"days": 30, "engine": "p"}, auto_id="fresh_%s"),
        "refused_form": _ExampleForm({"name": "", "days": "5"}, auto_id="refused_%s"),
        "refused": refused,
        "crumbs": [{"label": "Secrets Console", "url": "#"}, {"label": "Secrets", "url": "#"}, {"label": _LONG_NAME}],
        "tabs": [{"id": name, "label": label, "url": f"?tab={name}"} for name, label in [*tabs, ("tags", "Tags")]],
        "actions": [
            {"label": "Edit description", "url": "?dialog"},
            {"label": "Edit encryption key", "url": "?dialog", "disabled_reason": refused},
            {"label": "Delete secret", "url": "?dialog"},
        ],
        "status_types": [
            "success",
            "error",
            "warning",
            "info",
            "stopped",
            "pending",
            "not-started",
            "in-progress",
            "loading",
        ],
        "labels": ["AWSCURRENT", "AWSPREVIOUS", "AWSPENDING", "blue/green"],
        "replica_states": ["InSync", "InProgress", "Failed", "Pending", "Detached", None],
        "tags": [
            {"Key": "team", "Value": "orders"},
            {"Key": "aws:x", "Value": "", "error": "The prefix aws: is reserved.", "new": True},
        ],
        "tiles": [
            {"value": "db", "label": "Credentials for other database", "description": "MySQL, PostgreSQL and others"},
            {"value": "other", "label": "Other type of secret", "description": "API key, OAuth token, other."},
            {"value": "rds", "label": "Credentials for Amazon RDS database", "disabled_reason": "No database here."},
        ],
        "pages": [{"number": number, "url": f"?page={number}"} for number in (1, 2, 3)],
    }


def gallery(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    if "dialog" in request.GET:
        # Posted, the dialog shows itself refused.
        form = _ExampleForm(request.POST or None, auto_id="dialog_%s")
        status = 422 if request.method == "POST" else 200
        return render(request, "console/gallery/dialog.html", {"form": form}, status=status)
    if "editors" in request.GET:
        return render(request, "console/gallery/editors_dialog.html", _context())
    for number, level in enumerate((messages.INFO, messages.WARNING, messages.ERROR, messages.SUCCESS)):
        messages.add_message(request, level, f"Notification {number + 1}: the tags of {_ARN} were saved.")
    return render(request, "console/gallery.html", {**_context(), "selected_tab": request.GET.get("tab", "overview")})
