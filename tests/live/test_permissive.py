"""AUTH=permissive as other people's test suites meet it: two workers, many clients, clean starts in between."""

import json
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.live.server import LiveServer, until

pytestmark = pytest.mark.live

# What a request may meet whose secret is removed under it; anything that begins with a 5 is a bug.
_GONE = {"ResourceNotFoundException", "ResourceExistsException", "InvalidRequestException"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = LiveServer(tmp_path_factory.mktemp("permissive") / "data", AUTH="permissive", WORKERS="2")
    server.start()
    yield server
    server.stop()


def guest(server: LiveServer, access_key_id: str = "test", service: str = "secretsmanager") -> Any:
    session: Any = boto3.Session()
    return session.client(
        service,
        region_name="us-west-2",
        endpoint_url=server.url,
        aws_access_key_id=access_key_id,
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=20),
    )


def post(server: LiveServer, name: str, body: bytes = b"", **headers: str) -> Any:
    request = urllib.request.Request(f"{server.url}/_secrets_console/{name}", body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def test_it_is_said_at_the_start_on_every_page_and_in_info(server: LiveServer) -> None:
    until(lambda: "Ctrl-C stops it." in server.output)
    assert "WARNING" in server.output
    assert "AUTH=permissive: nobody is asked who they are." in server.output

    headers, page = server.get("/sign-in")
    assert headers["Content-Type"].startswith("text/html")
    assert b"Anybody who can reach this server can do everything" in page
    assert json.loads(server.get("/_secrets_console/info")[1])["Auth"] == "permissive"


def test_a_strict_server_says_nothing_of_it(live_server_process: LiveServer) -> None:
    assert "permissive" not in live_server_process.output
    assert b"permissive" not in live_server_process.get("/sign-in")[1]
    assert json.loads(live_server_process.get("/_secrets_console/info")[1])["Auth"] == "strict"
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        guest(live_server_process).list_secrets()


def test_any_credentials_and_those_of_the_files(server: LiveServer) -> None:
    assert guest(server).get_secret_value(SecretId="MyTestSecret")["SecretString"]
    assert guest(server, service="sts").get_caller_identity()["Account"] == "123456789012"
    assert server.client("sts", profile="viewer").get_caller_identity()["Arn"].endswith(":user/viewer")


def test_an_account_that_many_use_first_at_once(server: LiveServer) -> None:
    account = "998877665544"

    def use(number: int) -> str:
        return str(guest(server, account).create_secret(Name=f"first/{number}", SecretString="a value")["ARN"])

    with ThreadPoolExecutor(12) as threads:
        made = list(threads.map(use, range(36)))

    assert {arn.split(":")[4] for arn in made} == {account}
    assert len(set(made)) == 36
    assert guest(server, account, "sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{account}:user/admin"


def steps_of_a_life(client: Any, name: str) -> list[Callable[[], Any]]:
    regions = ["eu-west-1"]
    return [
        lambda: client.create_secret(Name=name, SecretString="one", AddReplicaRegions=[{"Region": regions[0]}]),
        lambda: client.put_secret_value(SecretId=name, SecretString="two"),
        lambda: client.describe_secret(SecretId=name),
        lambda: client.get_secret_value(SecretId=name),
        lambda: client.list_secrets(),
        lambda: client.tag_resource(SecretId=name, Tags=[{"Key": "a", "Value": "b"}]),
        lambda: client.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=regions),
        lambda: client.delete_secret(SecretId=name),
    ]


def test_clean_starts_under_load_are_nobodys_error(server: LiveServer) -> None:
    """Whoever works meanwhile finds their secret there or gone, but never a server that has failed."""
    stop, wrong, done = threading.Event(), list[str](), list[str]()

    def work(account: str) -> None:
        client = guest(server, account)
        while not stop.is_set():
            name = f"load/{uuid.uuid4()}"
            for step in steps_of_a_life(client, name):
                try:
                    step()
                    done.append(name)
                except ClientError as error:
                    if error.response["Error"]["Code"] not in _GONE:
                        wrong.append(str(error))
                except Exception as error:
                    wrong.append(repr(error))

    workers = [threading.Thread(target=work, args=[account]) for account in ("test", "test", "111122223333", "test")]
    for worker in workers:
        worker.start()
    try:
        for number in range(12):
            post(server, "reset")
            until(lambda wanted=8 * (number + 1): len(done) >= wanted)  # type: ignore[misc]
    finally:
        stop.set()
        for worker in workers:
            worker.join()

    assert wrong == []
    assert "failed" not in server.output
    assert "could not" not in server.output
    assert server.client().describe_secret(SecretId="MyTestSecret")["Name"] == "MyTestSecret"
    post(server, "reset")
    assert guest(server, "111122223333").list_secrets()["SecretList"] == []


def test_a_web_page_resets_nothing(server: LiveServer) -> None:
    guest(server).create_secret(Name="kept", SecretString="a value")

    with pytest.raises(urllib.error.HTTPError) as refused:
        post(server, "reset", b"{}", **{"Content-Type": "text/plain", "Origin": "https://evil.example"})

    assert refused.value.code == 400
    assert json.loads(refused.value.read())["__type"] == "AccessDeniedException"
    refused.value.close()
    assert guest(server).get_secret_value(SecretId="kept")["SecretString"] == "a value"


def test_a_web_page_is_not_told_that_it_may_ask(server: LiveServer) -> None:
    """X-Amz-Target makes browsers ask first; no answer of ours says yes."""
    asking = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-amz-target",
    }
    for path in ("/", "/_secrets_console/reset", "/_secrets_console/info"):
        request = urllib.request.Request(server.url + path, headers=asking, method="OPTIONS")
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                sent = answer.headers
        except urllib.error.HTTPError as refused:
            sent = refused.headers
            refused.close()
        assert not [name for name in sent if name.lower().startswith("access-control-")]
