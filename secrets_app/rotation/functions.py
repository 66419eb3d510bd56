"""Which rotation functions there are to call, and calling them: on this server, or behind an address."""

from secrets_app.models import RotationConfiguration, RotationFunction, Secret
from secrets_app.principals import NewAccessKey
from secrets_app.rotation import function_policy, invoke_address, own_process
from secrets_app.rotation.invocation import LONGEST_STEP_SECONDS as LONGEST_STEP_SECONDS
from secrets_app.rotation.invocation import STEPS as STEPS
from secrets_app.rotation.invocation import Answer as Answer
from secrets_app.rotation.invocation import Event as Event
from secrets_app.rotation.invocation import GivenUp as GivenUp
from secrets_app.rotation.invocation import Invoke as Invoke
from secrets_app.rotation.invocation import KeepWaiting as KeepWaiting

_LONGEST_LOG = 4_096


def find(secret_arn: str, function_arn: str) -> RotationFunction | None:
    """A function that Secrets Manager may invoke for the secret; the same answer for one that isn't there (recorded).

    It lives in the secret's account and Region. One behind an address is there if this server may call the address.
    """
    _, _, _, region, account, *_ = secret_arn.split(":", 5)
    name = function_arn.rsplit(":", 1)[-1]
    function = RotationFunction.objects.filter(account=account, region=region, name=name).first()
    if function is None or function.arn != function_arn or not can_be_called(function):
        return None
    return function if function_policy.lets_secrets_manager_invoke(function, secret_arn) else None


def of_external_type(secret: Secret) -> RotationFunction | None:
    """The one that rotates managed external secrets of the secret's type, in the place of the partner's plugin."""
    found = RotationFunction.objects.filter(account=secret.account_id, region=secret.region, external_type=secret.type)
    function = found.first() if secret.type else None
    return find(secret.arn, function.arn) if function is not None else None


def arn_of(configuration: RotationConfiguration) -> str:
    """What rotates the secret from now on; "" for one that its owning service rotates, or nothing can."""
    if configuration.function_arn:
        return configuration.function_arn
    function = of_external_type(configuration.secret)
    return function.arn if function is not None else ""


def can_be_called(function: RotationFunction) -> bool:
    return function.kind != RotationFunction.Kind.INVOKE or not invoke_address.refusal(function.invoke_url)


def invoke(function: RotationFunction, event: Event, key: NewAccessKey, keep_waiting: KeepWaiting) -> Answer:
    """Run one step. Raises GivenUp."""
    if function.kind == RotationFunction.Kind.INVOKE:
        return invoke_address.invoke(function, event, key, keep_waiting)
    return own_process.invoke(function, event, key, keep_waiting)


def shortened_log(log: str) -> str:
    """The last 4 KB, as Lambda's log tail; to be cut after scrubbing, not before."""
    return log[-_LONGEST_LOG:]
