"""One step of a rotation function: what it is asked, and how it ended. The same for every kind of function."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from secrets_app.models import RotationFunction
from secrets_app.principals import NewAccessKey

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
CHECK = "checkSecret"  # of our own, for bundled functions that know it (bundled/__init__.py)
LONGEST_STEP_SECONDS = 900
HEARTBEAT_SECONDS = 2.0

# Whether to go on waiting for the step; asked every few seconds.
KeepWaiting = Callable[[], bool]


class Event(TypedDict):
    """What a rotation function receives (rotation.md 1.1)."""

    Step: str
    SecretId: str
    ClientRequestToken: NotRequired[str]
    RotationToken: NotRequired[str]
    ExternalSecretRotationMetadata: NotRequired[list[dict[str, str]]]  # ours: what a partner's plugin would be given


@dataclass(frozen=True, slots=True)
class Answer:
    """How a step ended. error ("" if it went well) and log are the function's own words, values and all."""

    error: str
    log: str

    def __repr__(self) -> str:
        return "Answer()"


class GivenUp(Exception):  # noqa: N818  it is no error: somebody else goes on, or nobody should
    """The step was ended because keep_waiting said so."""


Invoke = Callable[[RotationFunction, Event, NewAccessKey, KeepWaiting], Answer]


def seconds_of(function: RotationFunction) -> int:
    return min(function.timeout_seconds, LONGEST_STEP_SECONDS)
