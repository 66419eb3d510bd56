"""boto3 in process: `aws` is alice, who may do everything; `aws_as` makes a client for anybody, anywhere."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.aws.wire import HOME, Wire, client
from tests.factories import Person

MakeClient = Callable[..., Any]


@pytest.fixture
def aws(alice: Person) -> Any:
    """Secrets Manager in us-west-2."""
    return client(alice.access_key)


@pytest.fixture
def aws_as(db: None) -> MakeClient:
    """aws_as(bob, region="eu-west-1", service="kms")"""

    def make(person: Person, *, region: str = HOME, service: str = "secretsmanager") -> Any:
        return client(person.access_key, region=region, service=service)

    return make


@pytest.fixture
def wire(alice: Person) -> Wire:
    return Wire(alice.access_key)
