"""Other people's clients, unmodified. They find the server by the two files that it has written, and by nothing else.

Each does a real round of work: what it stores is read, what it is refused reaches its caller in its own way.
"""

import os

import pytest

from tests.live.server import LiveServer


@pytest.fixture
def aws_environment(live_server_process: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """For clients that run in this process: the two exports that the server prints."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in live_server_process.aws_environment.items():
        monkeypatch.setenv(name, value)
