"""The page of rotation functions: what it takes, and what it says plainly."""

from typing import Any

import pytest
from django.test import Client

from secrets_app.models import RotationFunction
from secrets_app.rotation import function_policy
from tests.factories import Person

pytestmark = pytest.mark.django_db

HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
SOURCE = "def lambda_handler(event, context):\r\n    pass\r\n"
FORM = {
    "name": "mine",
    "kind": "source",
    "source": SOURCE,
    "timeout_seconds": "30",
    "resource_policy": function_policy.allowing_secrets_manager("123456789012"),
    "environment": "LEVEL=debug\r\nEMPTY=",
}


def test_function_is_created_edited_and_deleted(signed_in: Client) -> None:
    answer = signed_in.post("/rotation-functions/create", FORM, **HTMX)
    assert "You successfully created the function mine." in answer.content.decode()
    made = RotationFunction.objects.get()
    assert (made.source, made.environment) == (SOURCE.replace("\r", ""), {"LEVEL": "debug", "EMPTY": ""})

    shown = signed_in.get("/rotation-functions/edit?name=mine", **HTMX).content.decode()
    assert "LEVEL=debug" in shown
    assert "lambda_handler" in shown
    module = {**FORM, "kind": "module", "handler": "secrets_app.rotation.bundled.random_password:lambda_handler"}
    signed_in.post("/rotation-functions/edit?name=mine", module, **HTMX)
    made.refresh_from_db()
    assert (made.kind, made.source) == ("module", "")

    signed_in.post("/rotation-functions/delete?name=mine", **HTMX)
    assert not RotationFunction.objects.exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "a b"}, "A name holds letters, digits, - and _ only."),
        ({"source": "def lambda_handler(:"}, "Line 1:"),
        ({"source": "x = 1"}, "There is no lambda_handler(event, context) in it."),
        ({"source": " "}, "This field is required."),
        ({"source": "lambda_handler = " + "(" * 5000}, "Line 1: "),
        ({"kind": "module", "handler": "no colon"}, "Enter package.module:function."),
        ({"kind": "module"}, "This field is required."),
        ({"kind": "invoke", "invoke_url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"environment": "no equals"}, "Enter one NAME=value to a line."),
        ({"environment": "LD_PRELOAD=/tmp/x.so"}, "LD_PRELOAD is set by the server."),
        ({"environment": "AWS_ACCESS_KEY_ID=x"}, "AWS_ACCESS_KEY_ID is set by the server."),
        ({"resource_policy": "{"}, "The policy is not valid JSON"),
        ({"external_type": "two words"}, "Enter a valid value."),
        ({"timeout_seconds": "901"}, "less than or equal to 900"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(signed_in: Client, changed: dict[str, str], message: str) -> None:
    answer = signed_in.post("/rotation-functions/create", {**FORM, **changed}, **HTMX)

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not RotationFunction.objects.exists()


def test_only_an_address_that_the_administrator_allowed_is_taken(signed_in: Client, settings: Any) -> None:
    form = {**FORM, "kind": "invoke", "invoke_url": "http://127.0.0.1:9000/2015-03-31/functions/f/invocations"}

    answer = signed_in.post("/rotation-functions/create", form, **HTMX)
    assert answer.status_code == 422
    assert "This server may not call 127.0.0.1:9000." in answer.content.decode()

    settings.ROTATION_INVOKE_HOSTS = ["127.0.0.1:9000"]
    assert "Ready" in signed_in.post("/rotation-functions/create", form, **HTMX).content.decode()
    settings.ROTATION_INVOKE_HOSTS = []
    listed = signed_in.get("/rotation-functions/").content.decode()
    assert "Can&#x27;t be called" in listed or "Can't be called" in listed


def test_a_function_without_permission_for_secrets_manager_is_said_to_be_of_no_use(signed_in: Client) -> None:
    signed_in.post("/rotation-functions/create", {**FORM, "resource_policy": ""}, **HTMX)

    assert "Its resource policy doesn" in signed_in.get("/rotation-functions/").content.decode()


def test_who_may_not_manage_functions_sees_and_makes_none(sign_in: Any, bob: Person) -> None:
    client = sign_in(bob)

    assert "is not authorized to perform: lambda:ListFunctions" in client.get("/rotation-functions/").content.decode()
    answer = client.post("/rotation-functions/create", FORM, **HTMX)
    assert answer.status_code == 422
    assert "is not authorized to perform: lambda:CreateFunction" in answer.content.decode()
    assert not RotationFunction.objects.exists()


def test_uses_are_shown(signed_in: Client) -> None:
    signed_in.post("/rotation-functions/create", FORM, **HTMX)

    shown = signed_in.get("/rotation-functions/use?name=mine", **HTMX).content.decode()

    assert "No secret of this Region uses this function." in shown
    assert "It has not rotated anything yet." in shown
