"""A key with its alias, and a renamed alias: all of it or none of it."""

from typing import Any

import pytest

from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.kms import key_changes
from secrets_app.kms.errors import AlreadyExistsException, NotFoundException
from secrets_app.models import AuditEvent, KeyAlias, KmsKey
from tests import factories

CREATE_ONLY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["kms:CreateKey"], "Resource": "*"}],
}


def events() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.order_by("id").values_list("event_name", "error_code"))


def test_both_operations_are_on_record(call: Call) -> None:
    key = key_changes.create_key_with_alias(call, alias_name="alias/new", description="d")

    assert KeyAlias.objects.get(name="alias/new").kms_key == key
    assert events() == [("CreateKey", ""), ("CreateAlias", "")]


def test_no_key_is_left_behind_by_a_refused_alias(call: Call) -> None:
    factories.make_key("alias/taken")

    with pytest.raises(AlreadyExistsException):
        key_changes.create_key_with_alias(call, alias_name="alias/taken", description="")

    assert KmsKey.objects.count() == 1
    assert events() == [("CreateAlias", "AlreadyExistsException")]


def test_who_may_not_name_keys_makes_none(make_call: Any, db: None) -> None:
    person = factories.make_person("maker", CREATE_ONLY)

    with pytest.raises(AccessDeniedException, match="kms:CreateAlias"):
        key_changes.create_key_with_alias(make_call(person), alias_name="alias/new", description="")

    assert not KmsKey.objects.exists()


def test_alias_is_renamed(call: Call) -> None:
    key = factories.make_key("alias/old")

    key_changes.rename_alias(call, alias_name="alias/old", new_name="alias/new", key_id=key.key_id)

    assert [alias.name for alias in key.aliases.all()] == ["alias/new"]


def test_a_rename_that_cannot_end_has_not_begun(call: Call) -> None:
    key = factories.make_key("alias/kept")

    with pytest.raises(NotFoundException):
        key_changes.rename_alias(call, alias_name="alias/gone", new_name="alias/new", key_id=key.key_id)

    assert [alias.name for alias in key.aliases.all()] == ["alias/kept"]
    assert events() == [("DeleteAlias", "NotFoundException")]
