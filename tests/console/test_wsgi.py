"""The front door: an API request never meets the console's middleware, a page never meets the wire."""

import io
from typing import Any

from console.wsgi import application


def answered(environ: dict[str, Any]) -> tuple[str, dict[str, str]]:
    started: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        started.append((status, {name.lower(): value for name, value in headers}))

    given = {
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "PATH_INFO": "/",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        **environ,
    }
    answer: Any = application(given, start_response)
    b"".join(answer)
    getattr(answer, "close", lambda: None)()
    return started[0]


def test_a_target_goes_to_the_wire(db: None) -> None:
    status, headers = answered({"REQUEST_METHOD": "POST", "HTTP_X_AMZ_TARGET": "secretsmanager.ListSecrets"})

    assert status == "400 Bad Request"
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert not {"content-security-policy", "set-cookie", "vary"} & set(headers)


def test_a_browser_goes_to_the_pages(db: None) -> None:
    status, headers = answered({"REQUEST_METHOD": "GET"})

    assert status == "302 Found"
    assert "content-security-policy" in headers
    assert "x-amzn-requestid" not in headers
