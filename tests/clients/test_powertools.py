"""Powertools for AWS Lambda's parameters utility, as PyPI delivers it."""

import base64
import json
import uuid
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError, TransformParameterError

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("aws_environment")]


@pytest.fixture
def provider(aws_environment: None) -> Any:
    """One of its own: the module's is made once for a process, whatever the environment says later."""
    return parameters.SecretsProvider(boto3_client=boto3.Session().client("secretsmanager"))


@pytest.fixture
def name(provider: Any) -> str:
    """{"user": "diegor"}, stored by set(), which creates what isn't there."""
    name = f"powertools/{uuid.uuid4()}"
    created = provider.set(name=name, value={"user": "diegor"})
    assert created["Name"] == name
    return name


def test_a_value_and_its_transforms(provider: Any, name: str) -> None:
    assert json.loads(provider.get(name)) == {"user": "diegor"}
    assert provider.get(name, transform="json") == {"user": "diegor"}

    provider.set(name=name, value=base64.b64encode(b"\x00hunter2").decode())
    assert provider.get(name, transform="binary", force_fetch=True) == b"\x00hunter2"

    provider.set(name=name, value=b"\x00\xff")
    assert provider.get(name, force_fetch=True) == b"\x00\xff"


def test_its_cache(provider: Any, name: str) -> None:
    before = provider.get(name)
    provider.set(name=name, value="second")

    assert provider.get(name) == before
    assert provider.get(name, force_fetch=True) == "second"
    assert provider.get(name, VersionStage="AWSPREVIOUS", force_fetch=True) == before


def test_the_function_everybody_calls(name: str) -> None:
    parameters.clear_caches()  # type: ignore[no-untyped-call]

    assert parameters.get_secret(name, transform="json", max_age=60) == {"user": "diegor"}


def test_several_by_name(provider: Any, name: str) -> None:
    """By BatchGetSecretValue and a filter of names, all pages."""
    names = [f"{name}/{number}" for number in range(3)]
    for each in names:
        provider.set(name=each, value=each)

    assert provider.get_multiple(names) == {each: each for each in names}


def test_refusals_are_its_own_exceptions(provider: Any, name: str) -> None:
    with pytest.raises(GetParameterError, match=r"\(ResourceNotFoundException\).*can't find the specified secret"):
        provider.get("powertools/nowhere")

    provider.set(name=name, value="{not json")
    with pytest.raises(TransformParameterError):
        provider.get(name, transform="json", force_fetch=True)
