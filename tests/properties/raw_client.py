"""Signed requests over one kept connection, and answers as they are on the wire: a tenth of boto3's time."""

import http.client
import json
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from tests.live.server import LiveServer
from tests.properties.output_shapes import misfits, modelled_errors


class Answer(NamedTuple):
    error: str  # "" for none
    reply: dict[str, Any]


class RawClient:
    """Every answer is checked for what must be true of all of them: no 500, the modelled shape, a known error."""

    def __init__(self, server: LiveServer) -> None:
        self._url = server.url + "/"
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self._signer = SigV4Auth(server.client()._request_signer._credentials, "secretsmanager", "us-west-2")

    def close(self) -> None:
        self._connection.close()

    def ask(self, operation: str, request: Any) -> Answer:
        body = json.dumps(request).encode()
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"secretsmanager.{operation}"}
        signed = AWSRequest("POST", self._url, headers, body)
        self._signer.add_auth(signed)
        self._connection.request("POST", "/", body, dict(signed.headers))
        response = self._connection.getresponse()
        content = response.read()
        assert response.status in (200, 400), (operation, response.status, content)
        reply = json.loads(content)
        if response.status == 200:
            assert misfits(operation, reply) == []
            return Answer("", reply)
        assert {"__type", "Message"} == reply.keys() or reply.keys() == {"__type", "message"}
        assert reply["__type"] in modelled_errors(operation), (operation, reply)
        return Answer(reply["__type"], reply)
