"""Access keys of users, two of each at most: one in use and one to change over to."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from secrets_app import arns, principals
from secrets_app.call import Call
from secrets_app.identity import entities, pages, quotas
from secrets_app.identity.errors import NoSuchEntityException
from secrets_app.models import AccessKey, Principal
from secrets_app.operations._operation import operation
from secrets_app.principals import NewAccessKey
from secrets_app.results import Page


@dataclass(frozen=True, slots=True)
class CreatedAccessKey:
    """The one time that the secret access key is told."""

    user: Principal
    key: NewAccessKey
    created_at: datetime


@operation("CreateAccessKey", service_name="iam")
def create_access_key(call: Call, /, *, user_name: str | None = None) -> CreatedAccessKey:
    user = _user(call, user_name)
    if _lasting(user).count() >= quotas.ACCESS_KEYS_PER_USER:
        raise quotas.exceeded("AccessKeysPerUser", quotas.ACCESS_KEYS_PER_USER)
    return CreatedAccessKey(user, principals.create_access_key(user, call.now), call.now)


@operation("ListAccessKeys", changes=False, service_name="iam")
def list_access_keys(
    call: Call, /, *, user_name: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[AccessKey]:
    user = _user(call, user_name)
    found = _lasting(user).select_related("principal")
    return pages.page(call, found, lambda key: key.access_key_id, {"keys of": user.arn}, marker, max_items)


@operation("UpdateAccessKey", service_name="iam")
def update_access_key(call: Call, /, *, access_key_id: str, status: str, user_name: str | None = None) -> None:
    """One that is Inactive signs nothing from the next request on."""
    key = _key(_user(call, user_name), access_key_id)
    key.is_active = status == "Active"
    key.save(update_fields=["is_active"])


@operation("DeleteAccessKey", service_name="iam")
def delete_access_key(call: Call, /, *, access_key_id: str, user_name: str | None = None) -> None:
    _key(_user(call, user_name), access_key_id).delete()


@operation("GetAccessKeyLastUsed", changes=False, service_name="iam")
def get_access_key_last_used(call: Call, /, *, access_key_id: str) -> AccessKey:
    """To some minutes. A key of another account is one that does not exist."""
    found = AccessKey.objects.select_related("principal").filter(
        access_key_id=access_key_id, principal__account=call.account, expires_at=None
    )
    key = found.first()
    entities.authorize(call, key.principal.arn if key else arns.iam(call.account, "user/*"))
    if key is None:
        raise _no_such_key(access_key_id)
    return key


def _user(call: Call, name: str | None) -> Principal:
    """Also the root of the account, who has no name to be called by."""
    if name is None and call.principal.kind == Principal.Kind.ROOT:
        return Principal.objects.get(pk=call.principal.principal_id)
    return entities.user(call, name, for_update=not call.read_only)


def _lasting(user: Principal) -> QuerySet[AccessKey]:
    return user.access_keys.filter(expires_at=None)


def _key(user: Principal, access_key_id: str) -> AccessKey:
    found = _lasting(user).filter(access_key_id=access_key_id).first()
    if found is None:
        raise _no_such_key(access_key_id)
    return found


def _no_such_key(access_key_id: str) -> NoSuchEntityException:
    return NoSuchEntityException(f"The Access Key with id {access_key_id} cannot be found.", parameter="AccessKeyId")
