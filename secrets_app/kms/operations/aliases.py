"""Aliases: names for keys that can be moved from one to another. Facts: api.md 7."""

from django.db.models import QuerySet

from secrets_app import arns
from secrets_app.call import Call
from secrets_app.errors import ValidationException
from secrets_app.kms.errors import AlreadyExistsException, InvalidAliasNameException, NotFoundException
from secrets_app.models import KeyAlias, KmsKey
from secrets_app.operations._operation import operation
from secrets_app.results import Page

from ._which_key import ALIAS_PREFIX, authorize, authorize_key, key_to_change, own_key, refuse_pending_deletion

_RESERVED = "alias/aws/"
_ALIASES_ON_A_PAGE = 50


@operation("ListAliases", changes=False, service_name="kms")
def list_aliases(
    call: Call, /, *, key_id: str | None = None, limit: int | None = None, marker: str | None = None
) -> Page[KeyAlias]:
    """The account's aliases in this Region, by name, or those of one key."""
    call.authorize()
    found: QuerySet[KeyAlias] = KeyAlias.objects.filter(account=call.account, region=call.region)
    if key_id is not None:
        found = found.filter(kms_key=own_key(call, key_id))
    size = limit or _ALIASES_ON_A_PAGE
    page = found.select_related("kms_key").filter(name__gt=marker or "").order_by("name")
    rows = list(page[: size + 1])
    return Page(rows[:size], rows[size - 1].name if len(rows) > size else None)


@operation("CreateAlias", service_name="kms")
def create_alias(call: Call, /, *, alias_name: str, target_key_id: str) -> None:
    _check_alias_name(alias_name)
    arn = _authorize_alias(call, alias_name)
    key = _target_of_alias(call, target_key_id)
    if KeyAlias.objects.filter(account=call.account, region=call.region, name=alias_name).exists():
        raise AlreadyExistsException(f"An alias with the name {arn} already exists", parameter="AliasName")
    KeyAlias.objects.create(
        account_id=call.account,
        region=call.region,
        name=alias_name,
        kms_key=key,
        created_at=call.now,
        updated_at=call.now,
    )


@operation("UpdateAlias", service_name="kms")
def update_alias(call: Call, /, *, alias_name: str, target_key_id: str) -> None:
    """Secrets keep the key the alias stood for when they were given it."""
    _check_alias_name(alias_name)
    arn = _authorize_alias(call, alias_name)
    alias = _alias(call, alias_name, arn)
    alias.kms_key = _target_of_alias(call, target_key_id)
    alias.updated_at = call.now
    alias.save(update_fields=["kms_key", "updated_at"])


@operation("DeleteAlias", service_name="kms")
def delete_alias(call: Call, /, *, alias_name: str) -> None:
    _check_alias_name(alias_name)
    arn = _authorize_alias(call, alias_name)
    alias = _alias(call, alias_name, arn)
    authorize_key(call, alias.kms_key)
    alias.delete()


def _check_alias_name(name: str) -> None:
    """First text recorded (api.md 7); names under alias/aws/ are for the keys AWS manages (documented)."""
    if not name.startswith(ALIAS_PREFIX):
        raise ValidationException(
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
            parameter="AliasName",
        )
    if name == ALIAS_PREFIX or name.startswith(_RESERVED):
        raise InvalidAliasNameException(f"{name} is not a name that an alias can have.", parameter="AliasName")


def _authorize_alias(call: Call, name: str) -> str:
    """Aliases take permission on the alias and on its key (documented)."""
    arn = arns.kms_alias(call.region, call.account, name)
    authorize(call, arn, call.account)
    return arn


def _alias(call: Call, name: str, arn: str) -> KeyAlias:
    found = KeyAlias.objects.select_related("kms_key").filter(account=call.account, region=call.region, name=name)
    alias = found.first()
    if alias is None:
        raise NotFoundException(f"Alias {arn} is not found.", parameter="AliasName")
    return alias


def _target_of_alias(call: Call, key_id: str) -> KmsKey:
    key = key_to_change(call, key_id)
    refuse_pending_deletion(key)
    return key
