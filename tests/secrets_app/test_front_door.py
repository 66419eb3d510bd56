"""Which requests are the API's, and which protocol answers them."""

from typing import Any
from unittest.mock import Mock, patch

import pytest

from secrets_app import front_door

TARGET = {"HTTP_X_AMZ_TARGET": "secretsmanager.ListSecrets"}
FORM = {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8"}


def signed_for(service: str) -> dict[str, str]:
    credential = f"Credential=AKIA/20261124/us-west-2/{service}/aws4_request"
    return {"HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"}


def environ(**more: Any) -> dict[str, Any]:
    return {"REQUEST_METHOD": "POST", "PATH_INFO": "/", **more}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (TARGET, True),
        (signed_for("kms"), True),
        ({**signed_for("sts"), **FORM}, True),
        ({**signed_for("sts"), "REQUEST_METHOD": "GET", "PATH_INFO": "/secret"}, True),
        ({"PATH_INFO": "/service/SecretsManager/operation/Get", "HTTP_SMITHY_PROTOCOL": "rpc-v2-cbor"}, True),
        # No page posts to "/": a page would refuse these for want of a CSRF token, which helps no client.
        ({}, True),
        (FORM, True),
        ({"CONTENT_TYPE": "application/json"}, True),
        ({"HTTP_COOKIE": "sessionid=x", **FORM}, True),
        ({"HTTP_AUTHORIZATION": "Basic YTpi"}, True),
        ({**TARGET, "PATH_INFO": "/secret"}, False),
        ({**TARGET, "REQUEST_METHOD": "GET"}, False),
        ({**FORM, "PATH_INFO": "/sign-in"}, False),
        ({"REQUEST_METHOD": "GET", "HTTP_AUTHORIZATION": "Basic YTpi"}, False),
    ],
)
def test_whose_request_it_is(more: dict[str, Any], expected: bool) -> None:
    assert front_door.is_api_request(environ(**more)) is expected


@pytest.mark.parametrize(
    ("more", "protocol"),
    [
        (TARGET, "json"),
        ({**TARGET, **signed_for("sts"), **FORM}, "json"),
        ({**signed_for("secretsmanager"), **FORM}, "json"),
        (signed_for("kms"), "json"),
        (signed_for("dynamodb"), "json"),
        ({"CONTENT_TYPE": "application/json"}, "json"),
        ({}, "json"),
        (signed_for("sts"), "query"),
        ({**signed_for("iam"), **FORM}, "query"),
        (FORM, "query"),
        ({"HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 nonsense", **FORM}, "query"),
    ],
)
def test_in_which_protocol_it_is_answered(more: dict[str, Any], protocol: str) -> None:
    """By target, else by the service that the signature names, else a form is a query (api.md 1.1)."""
    answered_by: list[str] = []

    with (
        patch("secrets_app.aws_json.endpoint.answer", lambda *_: answered_by.append("json")),
        patch("secrets_app.aws_query.endpoint.answer", lambda *_: answered_by.append("query")),
    ):
        front_door.answer(environ(**more), Mock())

    assert answered_by == [protocol]
