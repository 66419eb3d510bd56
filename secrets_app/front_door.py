"""One port for every service: which requests are the API's, and in which protocol they are answered.

By X-Amz-Target; else by the service that the signature names; else a form is a query. Facts: api.md 1.1. What is under
/_secrets_console/ is nobody's but ours.
"""

from collections.abc import Callable, Iterable
from typing import Any

from secrets_app.aws_json import endpoint as aws_json
from secrets_app.aws_json.wsgi import Environ, scoped_service
from secrets_app.aws_query import endpoint as aws_query
from secrets_app.errors import AwsError
from secrets_app.own_api import endpoint as own_api


def is_api_request(environ: Environ) -> bool:
    """Whatever is posted to "/", and whatever is signed: pages are asked for by GET, and post to addresses of their
    own. So no client ever meets a page, however wrong its request is."""
    path = environ.get("PATH_INFO") or "/"
    if environ["REQUEST_METHOD"] == "POST" and path == "/":
        return True
    return (
        str(environ.get("HTTP_AUTHORIZATION", "")).startswith("AWS4-")
        or "HTTP_SMITHY_PROTOCOL" in environ
        or path.startswith(own_api.PREFIX)
    )


def answer(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    if _is_ours(environ):
        return own_api.answer(environ, start_response)
    answer_in = aws_query.answer if _is_query(environ) else aws_json.answer
    return answer_in(environ, start_response)


def refuse(environ: Environ, start_response: Callable[..., Any], error: AwsError) -> Iterable[bytes]:
    """Answer, in the request's own protocol, that it failed before or after it was carried out."""
    if _is_ours(environ):
        return own_api.refuse(environ, start_response, error)
    refuse_in = aws_query.refuse if _is_query(environ) else aws_json.refuse
    return refuse_in(environ, start_response, error)


def _is_ours(environ: Environ) -> bool:
    return "HTTP_X_AMZ_TARGET" not in environ and environ.get("PATH_INFO", "").startswith(own_api.PREFIX)


def _is_query(environ: Environ) -> bool:
    if "HTTP_X_AMZ_TARGET" in environ:
        return False
    scoped = scoped_service(environ)
    if scoped in aws_json.SERVICES:
        return False
    if scoped in aws_query.SERVICES:
        return True
    return str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")
