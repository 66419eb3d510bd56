"""What a rotation function is asked for."""

import ast
import re
from typing import Any

from django import forms

from console.forms import AwsForm
from secrets_app.rotation import function_policy
from secrets_app.rotation.function_changes import Definition
from secrets_app.rotation.functions import LONGEST_STEP_SECONDS
from secrets_app.rotation.invoke_address import refusal

_KINDS = [
    ("source", "Python source, run on this server"),
    ("module", "Installed Python module, run on this server"),
    ("invoke", "Address of a Lambda-compatible Invoke"),
]
_NEEDED = {"source": "source", "module": "handler", "invoke": "invoke_url"}
_LONGEST_SOURCE = 262_144
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Set by the server for every step, or read by the interpreter before the function's own code.
_RESERVED = re.compile(r"(AWS_|PYTHON|LD_).*|PATH|HOME|TMPDIR|LANG|TZ|SECRETS_MANAGER_ENDPOINT")
STARTING_SOURCE = '''import boto3


def lambda_handler(event, context):
    """Called four times: createSecret, setSecret, testSecret, finishSecret."""
    client = boto3.client("secretsmanager")
    arn, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    raise NotImplementedError(step)
'''


class FunctionForm(AwsForm):
    description = forms.CharField(required=False, max_length=256)
    kind = forms.ChoiceField(label="What runs", choices=_KINDS, widget=forms.RadioSelect, initial="source")
    source = forms.CharField(required=False, strip=False, max_length=_LONGEST_SOURCE)
    handler = forms.RegexField(
        r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$",
        required=False,
        max_length=256,
        label="Handler",
        help_text="For an installed module: package.module:function.",
        error_messages={"invalid": "Enter package.module:function."},
    )
    invoke_url = forms.URLField(
        required=False,
        max_length=2048,
        label="Invoke URL",
        assume_scheme="https",
        help_text="Of the Runtime Interface Emulator or sam local. Without a path, Invoke's for this name is added.",
    )
    environment = forms.CharField(
        required=False,
        strip=False,
        label="Environment variables",
        help_text="One to a line: NAME=value. Whoever may read the function may read them: keep secrets in secrets.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "mono"}),
    )
    timeout_seconds = forms.IntegerField(
        label="Timeout in seconds", help_text="Of each step.", min_value=1, max_value=LONGEST_STEP_SECONDS, initial=30
    )
    resource_policy = forms.CharField(required=False, strip=False, max_length=function_policy.LONGEST)
    external_type = forms.RegexField(
        r"^[a-zA-Z0-9_+=.@-]+$",
        required=False,
        max_length=256,
        label="Type of managed external secrets",
        help_text="Only for a function in the place of a partner's plugin: it rotates external secrets of the type.",
    )

    def clean_environment(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in self.cleaned_data["environment"].splitlines():
            name, equals, value = line.partition("=")
            name = name.strip()
            if not line.strip():
                continue
            if not equals or not _VARIABLE.fullmatch(name):
                raise forms.ValidationError("Enter one NAME=value to a line. A name holds letters, digits and _.")
            if _RESERVED.fullmatch(name):
                raise forms.ValidationError(f"{name} is set by the server.")
            if "\0" in value:
                raise forms.ValidationError(f"The value of {name} can't be one of an environment variable.")
            found[name] = value
        return found

    def clean_resource_policy(self) -> str:
        return str(self.cleaned_data["resource_policy"]).replace("\r\n", "\n").strip()

    def clean_source(self) -> str:
        return str(self.cleaned_data["source"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        needed = _NEEDED.get(given.get("kind", ""), "")
        if needed and not str(given.get(needed, "")).strip() and needed not in self.errors:
            self.add_error(needed, "This field is required.")
        elif needed == "source" and "source" in given:
            self._check_source(given["source"])
        elif needed == "invoke_url" and given.get("invoke_url") and (refused := refusal(given["invoke_url"])):
            self.add_error("invoke_url", refused)
        return given

    def _check_source(self, source: str) -> None:
        """Read, never run, here."""
        try:
            ast.parse(source)
        except SyntaxError as error:
            self.add_error("source", f"Line {error.lineno}: {error.msg}")
        except (ValueError, RecursionError, MemoryError):
            self.add_error("source", "This is not Python that can be read.")
        else:
            if not re.search(r"\blambda_handler\b", source):
                self.add_error("source", "There is no lambda_handler(event, context) in it.")

    def definition(self) -> Definition:
        given = self.cleaned_data
        return Definition(**{name: given[name] for name in Definition.__slots__})


class CreateFunctionForm(FunctionForm):
    name = forms.RegexField(
        r"^[a-zA-Z0-9_-]+$",
        max_length=64,
        help_text="Letters, digits, - and _.",
        error_messages={"invalid": "A name holds letters, digits, - and _ only."},
    )
    field_order = ("name", "description")
