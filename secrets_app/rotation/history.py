"""Reading what rotation did to a secret, for whoever may describe it. No value is in any of it: none was written."""

from dataclasses import dataclass
from datetime import datetime

from secrets_app.call import Call
from secrets_app.models import RotationFunction, RotationRun, RotationStep, Secret
from secrets_app.rotation import function_policy, functions

_MOST_RUNS = 20


@dataclass(frozen=True, slots=True)
class Run:
    """state: running, succeeded, failed, abandoned or cancelled. due_at: when its next attempt is, if it waits."""

    version_id: str
    state: str
    test_only: bool
    is_check: bool
    step: str
    attempts: int
    started_at: datetime
    finished_at: datetime | None
    due_at: datetime | None
    error: str
    steps: list[RotationStep]


def runs_of(call: Call, secret: Secret) -> list[Run]:
    """The newest first. The caller has described the secret already, which is the permission this needs."""
    found = RotationRun.objects.filter(secret=secret, secret__account=call.account).order_by("-id")
    return [
        Run(
            version_id=run.version_id,
            state=run.state,
            test_only=run.test_only,
            is_check=run.is_check,
            step=run.step,
            attempts=run.attempts,
            started_at=run.started_at,
            finished_at=run.finished_at,
            due_at=run.due_at if run.state == RotationRun.State.RUNNING else None,
            error=run.error,
            steps=list(run.steps.all()),
        )
        for run in found.prefetch_related("steps")[:_MOST_RUNS]
    ]


def functions_to_choose(call: Call) -> list[tuple[str, str]]:
    """(ARN, name) of the functions of the call's Region that Secrets Manager can and may invoke."""
    call.authorize(action="lambda:ListFunctions")
    found = RotationFunction.objects.filter(account=call.account, region=call.region).order_by("name")
    return [(each.arn, each.name) for each in found if callable_by_secrets_manager(each)]


def callable_by_secrets_manager(function: RotationFunction) -> bool:
    """For one secret or another; RotateSecret asks again, for the one."""
    return functions.can_be_called(function) and function_policy.names_secrets_manager(function)
