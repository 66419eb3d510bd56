"""Which rotation functions there are to call, and calling them: on this server, or behind an address."""

from secrets_app.models import RotationFunction
from secrets_app.principals import NewAccessKey
from secrets_app.rotation import own_process
from secrets_app.rotation.invocation import LONGEST_STEP_SECONDS as LONGEST_STEP_SECONDS
from secrets_app.rotation.invocation import STEPS as STEPS
from secrets_app.rotation.invocation import Answer as Answer
from secrets_app.rotation.invocation import Event as Event
from secrets_app.rotation.invocation import GivenUp as GivenUp
from secrets_app.rotation.invocation import Invoke as Invoke
from secrets_app.rotation.invocation import KeepWaiting as KeepWaiting

_RUNNABLE = (RotationFunction.Kind.MODULE, RotationFunction.Kind.SOURCE)
_LONGEST_LOG = 4_096


def find(account: str, region: str, function_arn: str) -> RotationFunction | None:
    """A function that Secrets Manager may invoke; the same answer for one that isn't there (recorded)."""
    name = function_arn.rsplit(":", 1)[-1]
    function = RotationFunction.objects.filter(
        account=account, region=region, name=name, allows_secrets_manager=True, kind__in=_RUNNABLE
    ).first()
    return function if function is not None and function.arn == function_arn else None


def invoke(function: RotationFunction, event: Event, key: NewAccessKey, keep_waiting: KeepWaiting) -> Answer:
    """Run one step. Raises GivenUp."""
    return own_process.invoke(function, event, key, keep_waiting)


def shortened_log(log: str) -> str:
    """The last 4 KB, as Lambda's log tail; to be cut after scrubbing, not before."""
    return log[-_LONGEST_LOG:]
