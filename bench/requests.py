"""Requests as botocore signs them, ready to be sent byte for byte. A signature holds for five minutes."""

import json
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def signed(port: int, key_id: str, secret: str, operation: str, parameters: dict[str, Any]) -> bytes:
    body = json.dumps(parameters).encode()
    request = AWSRequest(
        method="POST",
        url=f"http://127.0.0.1:{port}/",
        data=body,
        headers={
            "Host": f"127.0.0.1:{port}",
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"secretsmanager.{operation}",
            "Content-Length": str(len(body)),
        },
    )
    SigV4Auth(Credentials(key_id, secret), "secretsmanager", "us-west-2").add_auth(request)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return b"POST / HTTP/1.1\r\n" + head.encode() + b"\r\n" + body
