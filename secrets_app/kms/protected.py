"""What a key protects: the secrets and replicas of its Region that stop working without it."""

from dataclasses import dataclass

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from secrets_app import audit
from secrets_app.call import Call
from secrets_app.models import KeyState, KmsKey, Secret, SecretVersion, WrappedDataKey
from secrets_app.service_model import service

MOST_NAMES = 100
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class ProtectedSecret:
    """only_versions: the secret has another key by now, but some of its versions open with this one alone."""

    name: str
    region: str
    primary_region: str  # "" unless it is replicated
    only_versions: bool

    @property
    def is_replica(self) -> bool:
        return bool(self.primary_region) and self.primary_region != self.region


@dataclass(frozen=True, slots=True)
class Protected:
    """The first MOST_NAMES by name. count: how many there are; MOST_COUNTED + 1 is "more"."""

    secrets: list[ProtectedSecret]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.secrets)

    @property
    def is_counted(self) -> bool:
        return self.count <= MOST_COUNTED


def by_key(call: Call, key_id: str) -> Protected:
    """key_id: of a customer key of the call's account and Region. For whom may list secrets, and on record as that."""
    call = call.starting(service("secretsmanager").operations["ListSecrets"], "secretsmanager", read_only=True)
    arguments = {"max_results": MOST_NAMES, "include_planned_deletion": True}
    try:
        call.authorize()
    except Exception as error:
        audit.write(call, arguments, error)
        raise
    found = _found(call, key_id).order_by("name")
    members = ("name", "region", "primary_region", "only_versions")
    names = [ProtectedSecret(*row) for row in found.values_list(*members)[:MOST_NAMES]]
    count = len(names) if len(names) < MOST_NAMES else found.values("pk")[: MOST_COUNTED + 1].count()
    audit.write(call, arguments)
    return Protected(names, count)


def _found(call: Call, key_id: str) -> QuerySet[Secret]:
    """From the key's own rows to the secrets, not the other way: there may be very many secrets beside them."""
    key = KmsKey.objects.filter(account=call.account, region=call.region, key_id=key_id).first()
    wrapped = WrappedDataKey.objects.filter(backing_key__kms_key=key)
    opened_otherwise = WrappedDataKey.objects.filter(
        version=OuterRef("pk"), backing_key__kms_key__state=KeyState.ENABLED
    ).exclude(backing_key__kms_key=key)
    alone = SecretVersion.objects.filter(~Exists(opened_otherwise), pk__in=wrapped.values("version"))
    own = Q(pk__in=[]) if key is None else Q(kms_key=key)
    here = Secret.objects.filter(account=call.account, region=call.region)
    # Not ~Q: for a secret without a customer key, NULL, that would be neither.
    only_versions = Case(When(own, then=Value(False)), default=Value(True), output_field=BooleanField())
    return here.filter(own | Q(pk__in=alone.values("secret"))).annotate(only_versions=only_versions)
