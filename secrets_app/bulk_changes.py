"""One change to many secrets: asked for at once, done secret by secret, each through its own operation.

Partial success is the rule: every secret has its own answer, and why it was refused is kept in the operation's words.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from secrets_app import arns, operations, principals
from secrets_app.call import Call
from secrets_app.errors import AwsError
from secrets_app.models import BulkChange, BulkChangeItem, Principal

MOST_SECRETS = 100
KEPT_FOR = timedelta(days=7)
_LEASE = timedelta(seconds=60)
_ITEMS_A_PASS = 50  # so that nothing else the scheduler does waits for long
_MOST_ATTEMPTS = 3
_RECENT = 20

Waiting, Done, Refused = BulkChangeItem.Outcome.WAITING, BulkChangeItem.Outcome.DONE, BulkChangeItem.Outcome.REFUSED


@dataclass(frozen=True, slots=True)
class Progress:
    change: BulkChange
    total: int
    done: int
    refused: int

    @property
    def handled(self) -> int:
        return self.done + self.refused

    @property
    def is_finished(self) -> bool:
        return self.change.finished_at is not None


def start(
    call: Call, kind: str, parameters: Mapping[str, Any], secret_arns: Sequence[arns.SecretArn], token: uuid.UUID
) -> BulkChange:
    """Leave the change to the scheduler. What each secret's operation says of it is decided when it is its turn.

    token: of the form that asks for it. Sent twice, it is the same change.
    """
    with transaction.atomic():
        # The second of two at the same time waits here, and then finds the first.
        Principal.objects.select_for_update().get(pk=call.principal.principal_id)
        tokens = {secret: str(uuid.uuid5(token, _arn(secret))) for secret in secret_arns}
        of_person = BulkChange.objects.filter(principal_id=call.principal.principal_id)
        if earlier := of_person.filter(items__token__in=tokens.values()).first():
            return earlier
        change = BulkChange.objects.create(
            principal_id=call.principal.principal_id,
            kind=BulkChange.Kind(kind),
            parameters=dict(parameters),
            created_at=call.now,
            source_ip=call.source_ip,
            user_agent=call.user_agent[:256],
            secure_transport=call.secure_transport,
        )
        BulkChangeItem.objects.bulk_create(
            BulkChangeItem(
                change=change,
                region=secret.region,
                name=secret.name,
                arn=_arn(secret),
                token=tokens[secret],
            )
            for secret in secret_arns
        )
    return change


def _arn(secret: arns.SecretArn) -> str:
    return arns.secret(secret.region, secret.account, secret.name, secret.suffix)


# --- how far it is: for the person who asked, and nobody else -----------------------------------


def progress(call: Call, pk: int) -> Progress | None:
    return next(iter(_counted(call, Q(pk=pk))), None)


def under_way(call: Call) -> list[Progress]:
    return _counted(call, Q(finished_at=None))


def recent(call: Call) -> list[Progress]:
    return _counted(call, Q())


def items(found: Progress) -> list[BulkChangeItem]:
    return list(found.change.items.all())


def _counted(call: Call, wanted: Q) -> list[Progress]:
    """Newest first, in one statement."""
    changes = (
        BulkChange.objects.filter(wanted, principal_id=call.principal.principal_id)
        .annotate(
            total=Count("items"),
            done=Count("items", filter=Q(items__outcome=Done)),
            refused=Count("items", filter=Q(items__outcome=Refused)),
        )
        .order_by("-id")[:_RECENT]
    )
    return [Progress(change, change.total, change.done, change.refused) for change in changes]


# --- the work: the scheduler's ------------------------------------------------------------------


def run_due(clock: Callable[[], datetime], owner: str) -> int:
    """Go on with what is waiting, a while each. How many secrets had their turn."""
    now = clock()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    handled = 0
    for pk in list(
        BulkChange.objects.filter(free, finished_at=None).order_by("created_at").values_list("pk", flat=True)
    ):
        # The UPDATE decides, on any database: of two schedulers one finds the lease free.
        lease = {"lease_owner": owner, "lease_until": now + _LEASE}
        if BulkChange.objects.filter(free, pk=pk, finished_at=None).update(**lease):
            handled += _go_on(BulkChange.objects.get(pk=pk), clock, _ITEMS_A_PASS - handled)
        if handled >= _ITEMS_A_PASS:
            break
    return handled


def _go_on(change: BulkChange, clock: Callable[[], datetime], most: int) -> int:
    waiting = list(change.items.filter(outcome=Waiting)[: most + 1])
    identity = principals.signed_in(change.principal_id)
    for item in waiting[:most]:
        BulkChangeItem.objects.filter(pk=item.pk).update(attempts=item.attempts + 1)
        if identity is None:
            _answer(item, Refused, "The user who asked for this may no longer sign in.")
        elif item.attempts >= _MOST_ATTEMPTS:
            _answer(item, Refused, "The server failed at this secret. Its log says why.")
        else:
            _do(item, change, _call(change, identity, item, clock()))
    change.lease_until, change.lease_owner = None, ""
    if len(waiting) <= most:
        change.finished_at = clock()
        BulkChange.objects.filter(finished_at__lt=change.finished_at - KEPT_FOR).delete()
    change.save(update_fields=["lease_until", "lease_owner", "finished_at"])
    return len(waiting[:most])


def _call(change: BulkChange, identity: principals.Identity, item: BulkChangeItem, now: datetime) -> Call:
    """As if the person had asked for this one secret in the console just now."""
    return Call(
        principal=identity,
        region=item.region,
        now=now,
        door="console",
        source_ip=change.source_ip,
        user_agent=change.user_agent,
        secure_transport=change.secure_transport,
    )


def _do(item: BulkChangeItem, change: BulkChange, call: Call) -> None:
    """The operation and its answer in one transaction: whoever comes after an interruption finds both or neither."""
    with transaction.atomic():
        item = BulkChangeItem.objects.select_for_update().get(pk=item.pk)
        if item.outcome != Waiting:  # a second scheduler, after a lease that was too short for the first
            return
        try:
            _operate(BulkChange.Kind(change.kind), call, item, change.parameters)
        except AwsError as refusal:
            _answer(item, Refused, refusal.message)
        else:
            _answer(item, Done, "")


def _operate(kind: BulkChange.Kind, call: Call, item: BulkChangeItem, parameters: dict[str, Any]) -> None:
    match kind:
        case BulkChange.Kind.TAG:
            operations.tag_resource(call, secret_id=item.arn, **parameters)
        case BulkChange.Kind.ROTATE:
            operations.rotate_secret(call, secret_id=item.arn, client_request_token=item.token, **parameters)
        case BulkChange.Kind.REPLICATE:
            operations.replicate_secret_to_regions(call, secret_id=item.arn, **parameters)
        case BulkChange.Kind.DELETE:
            operations.delete_secret(call, secret_id=item.arn, **parameters)


def _answer(item: BulkChangeItem, outcome: BulkChangeItem.Outcome, message: str) -> None:
    item.outcome, item.message = outcome, message
    item.save(update_fields=["outcome", "message"])
