"""Reading what rotation did to a secret, for whoever may describe it. No value is in any of it: none was written."""

from dataclasses import dataclass
from datetime import datetime

from secrets_app.call import Call
from secrets_app.models import RotationFunction, RotationRun, RotationStep, Secret

_MOST_RUNS = 20


@dataclass(frozen=True, slots=True)
class Run:
    """state: running, succeeded, failed, abandoned or cancelled. due_at: when its next attempt is, if it waits."""

    version_id: str
    state: str
    test_only: bool
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


def functions(call: Call) -> list[tuple[str, str]]:
    """(ARN, name) of the functions of the call's Region that Secrets Manager can and may invoke."""
    call.authorize(action="lambda:ListFunctions")
    found = RotationFunction.objects.filter(
        account=call.account, region=call.region, allows_secrets_manager=True
    ).exclude(kind=RotationFunction.Kind.INVOKE)
    return [(function.arn, function.name) for function in found.order_by("name")]
