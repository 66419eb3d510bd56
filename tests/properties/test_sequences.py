"""Any sequence of operations, against a live server and a pure model of the documented rules beside it.

Whatever the sequence: never a 500, never two AWSCURRENT, no version in two states, every answer in its modelled
shape; and what the model says is what the server says, refusals by their code.
"""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.all_operations import AllOperations
from tests.properties.conversation import Conversation
from tests.properties.raw_client import RawClient
from tests.properties.version_operations import VersionOperations

pytestmark = [pytest.mark.live, pytest.mark.timeout(0)]


@pytest.mark.parametrize("sequences", [VersionOperations, AllOperations])
def test_no_sequence_breaks_the_rules(sequences: type[Conversation], raw: RawClient, profile: settings) -> None:
    run_state_machine_as_test(lambda: sequences(raw), settings=profile)  # type: ignore[arg-type]  # a factory is documented
