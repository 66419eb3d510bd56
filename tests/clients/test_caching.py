"""aws-secretsmanager-caching, as PyPI delivers it."""

import time
import uuid
from typing import Any

import botocore.session
import pytest
from aws_secretsmanager_caching import InjectKeywordedSecretString, SecretCache, SecretCacheConfig
from botocore.exceptions import ClientError

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("aws_environment")]


class Requests:
    """How many calls of each operation the client really made."""

    def __init__(self) -> None:
        self.client: Any = botocore.session.Session().create_client("secretsmanager")
        self.made: list[str] = []
        self.client.meta.events.register("before-send", self._note)

    def _note(self, event_name: str, **_: object) -> None:
        self.made.append(event_name.rpartition(".")[2])


@pytest.fixture
def requests() -> Requests:
    return Requests()


@pytest.fixture
def name(requests: Requests) -> str:
    """{"user": "diegor", "password": "first"}"""
    name = f"caching/{uuid.uuid4()}"
    requests.client.create_secret(Name=name, SecretString='{"user": "diegor", "password": "first"}')
    requests.made.clear()
    return name


def test_a_string_is_read_once(requests: Requests, name: str) -> None:
    """The cache asks DescribeSecret which version is AWSCURRENT, then reads that version by its id."""
    cache = SecretCache(client=requests.client)

    assert [cache.get_secret_string(name) for _ in range(3)] == ['{"user": "diegor", "password": "first"}'] * 3
    assert requests.made == ["DescribeSecret", "GetSecretValue"]


def test_a_new_value_is_seen_after_the_refresh_interval(requests: Requests, name: str) -> None:
    slow, quick = (
        SecretCache(SecretCacheConfig(secret_refresh_interval=seconds), client=requests.client) for seconds in (3600, 1)
    )
    first = slow.get_secret_string(name)
    assert quick.get_secret_string(name) == first
    requests.client.put_secret_value(SecretId=name, SecretString="second")

    deadline = time.monotonic() + 10
    while quick.get_secret_string(name) != "second":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert quick.get_secret_string(name, "AWSPREVIOUS") == slow.get_secret_string(name) == first


def test_bytes(requests: Requests, name: str) -> None:
    content = bytes(range(256))
    requests.client.update_secret(SecretId=name, SecretBinary=content)
    cache = SecretCache(client=requests.client)

    assert cache.get_secret_binary(name) == content
    assert cache.get_secret_string(name) is None


def test_its_decorator(requests: Requests, name: str) -> None:
    cache = SecretCache(client=requests.client)

    @InjectKeywordedSecretString(secret_id=name, cache=cache, user="user", password="password")
    def sign_in(database: str, user: str, password: str) -> tuple[str, str, str]:
        return database, user, password

    assert sign_in("orders") == ("orders", "diegor", "first")


def test_a_refusal_reaches_the_caller(requests: Requests) -> None:
    cache = SecretCache(client=requests.client)

    with pytest.raises(ClientError, match="can't find the specified secret") as error:
        cache.get_secret_string("caching/nowhere")
    assert type(error.value).__name__ == "ResourceNotFoundException"
