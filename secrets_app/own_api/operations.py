"""ResetDemo and SeedDemo: for whoever may do everything, in an account that is there to try things out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from secrets_app import demo
from secrets_app.call import Call
from secrets_app.demo import emptying
from secrets_app.errors import AccessDeniedException
from secrets_app.models import KmsKey, Secret
from secrets_app.operations._operation import operation
from secrets_app.service_model import OWN

from . import contents


@dataclass(frozen=True, slots=True)
class Contents:
    """What an account holds now: customer keys, and secrets with their replicas."""

    account: str
    keys: int
    secrets: int


@operation("ResetDemo", service_name=OWN)
def reset_demo(
    call: Call, /, *, keys: Sequence[dict[str, Any]] | None = None, secrets: Sequence[dict[str, Any]] | None = None
) -> Contents:
    """A clean start: the demo account, and every account made by use, emptied. The demo account then has the examples
    in it; with keys or secrets, the caller's has those instead. Principals, their keys and the audit trail stay."""
    _authorize(call)
    emptying.empty(call.now)
    if keys is None and secrets is None:
        demo.fill(settings.DEMO_ACCOUNT, call.now)
    else:
        contents.create(call, keys or [], secrets or [])
    return _contents(call.account)


@operation("SeedDemo", service_name=OWN)
def seed_demo(
    call: Call, /, *, keys: Sequence[dict[str, Any]] | None = None, secrets: Sequence[dict[str, Any]] | None = None
) -> Contents:
    """Keys and secrets are made in the caller's account, all of them or none; without either, the examples are."""
    _authorize(call)
    if keys is None and secrets is None:
        demo.fill(call.account, call.now)
    else:
        contents.create(call, keys or [], secrets or [])
    return _contents(call.account)


def _authorize(call: Call) -> None:
    call.authorize()
    if not settings.DEMO:
        raise AccessDeniedException(f"{call.operation.name} is for the demo, and this server has DEMO=0.")
    if not emptying.is_of_the_demo(call.account):
        raise AccessDeniedException(f"{call.operation.name} is for the demo account, not for {call.account}.")


def _contents(account: str) -> Contents:
    return Contents(
        account,
        keys=KmsKey.objects.filter(account=account, manager=KmsKey.Manager.CUSTOMER).count(),
        secrets=Secret.objects.filter(account=account).count(),
    )
