"""How long to look: `quick` in `make test`; `make test ARGS=tests/properties HYPOTHESIS_PROFILE=long` for half an hour.

In CI the examples are the same every time, so that a change fails there only for what it did.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.live.server import LiveServer
from tests.properties.raw_client import RawClient

_LIVELY = settings(
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
PROFILES = {
    "quick": settings(_LIVELY, max_examples=30, stateful_step_count=30),
    "long": settings(_LIVELY, max_examples=5_000, stateful_step_count=60),
}


@pytest.fixture(scope="session")
def profile() -> settings:
    return PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "quick")]


@pytest.fixture
def raw(live_server_process: LiveServer) -> Iterator[RawClient]:
    client = RawClient(live_server_process)
    yield client
    client.close()
