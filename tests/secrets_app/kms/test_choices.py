from collections.abc import Callable

import pytest

from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.kms import choices, keys
from secrets_app.kms import operations as kms
from secrets_app.models import AuditEvent, Secret
from tests import factories
from tests.factories import Person


def test_enabled_customer_keys_are_offered_those_with_an_alias_first(call: Call, secret: Secret) -> None:
    """The secret has made the Region's aws/secretsmanager, which is never among them."""
    bare = factories.make_key()
    orders = factories.make_key("alias/orders")
    disabled = factories.make_key("alias/disabled")
    kms.disable_key(call, key_id=disabled.key_id)

    offered = choices.enabled_keys(call)

    assert [(choice.arn, choice.label) for choice in offered] == [
        (orders.arn, "alias/orders"),
        (bare.arn, bare.key_id),
    ]


def test_keys_of_another_region_can_be_offered(call: Call) -> None:
    there = factories.make_key("alias/there", region="eu-west-1")
    factories.make_key("alias/here")

    assert [choice.key_id for choice in choices.enabled_keys(call, "eu-west-1")] == [there.key_id]


def test_more_aliases_than_a_page_are_all_found(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "_PAGE", 2)
    for number in range(5):
        factories.make_key(f"alias/{number}")

    assert [choice.label for choice in choices.enabled_keys(call)] == [f"alias/{number}" for number in range(5)]


def test_who_may_not_list_aliases_is_offered_none(make_call: Callable[..., Call], mallory: Person) -> None:
    factories.make_key("alias/orders")

    assert choices.enabled_keys(make_call(mallory)) == []
    assert AuditEvent.objects.latest("id").error_code == "AccessDeniedException"


def test_all_keys_tell_state_and_how_many_secrets_name_them(call: Call) -> None:
    orders = factories.make_key("alias/orders")
    factories.make_secret(call, "a", kms_key_id="alias/orders")
    factories.make_secret(call, "b", kms_key_id=orders.arn)
    kms.disable_key(call, key_id=orders.key_id)
    keys.default_key(call.account, call.region, call.now)

    found = {entry.choice.label: (entry.state, entry.is_aws_managed, entry.secrets) for entry in choices.all_keys(call)}

    assert found == {
        "alias/orders": ("Disabled", False, 2),
        "alias/aws/secretsmanager": ("Enabled", True, 0),
    }


def test_all_keys_take_permission(make_call: Callable[..., Call], mallory: Person) -> None:
    with pytest.raises(AccessDeniedException):
        choices.all_keys(make_call(mallory))


def test_a_key_goes_by_its_alias_where_aliases_may_be_listed(
    call: Call, make_call: Callable[..., Call], mallory: Person
) -> None:
    orders, bare = factories.make_key("alias/orders"), factories.make_key()

    assert choices.alias_of(call, orders) == "alias/orders"
    assert choices.alias_of(call, bare) == bare.key_id
    assert choices.alias_of(make_call(mallory), orders) == orders.key_id
