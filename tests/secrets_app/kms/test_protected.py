"""What stops working without a key: named, with a count, for whom may list secrets."""

import uuid
from collections.abc import Callable

import pytest

from secrets_app import operations, replication
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.kms import operations as kms
from secrets_app.kms import protected
from secrets_app.models import AuditEvent
from tests import factories
from tests.factories import Person


def names(call: Call, key_id: str) -> list[tuple[str, bool]]:
    return [(row.name, row.only_versions) for row in protected.by_key(call, key_id).secrets]


def test_secrets_under_a_key_are_named_for_whom_may_list_secrets(
    call: Call, make_call: Callable[..., Call], mallory: Person
) -> None:
    orders = factories.make_key("alias/orders")
    factories.make_secret(call, "b", kms_key_id="alias/orders")
    factories.make_secret(call, "a", kms_key_id=orders.arn)
    factories.make_secret(call, "elsewhere")

    assert names(call, orders.key_id) == [("a", False), ("b", False)]
    event = AuditEvent.objects.latest("id")
    assert (event.event_name, event.read_only, event.error_code) == ("ListSecrets", True, "")
    with pytest.raises(AccessDeniedException, match="secretsmanager:ListSecrets"):
        protected.by_key(make_call(mallory), orders.key_id)
    assert AuditEvent.objects.latest("id").error_code == "AccessDeniedException"


@pytest.mark.parametrize("afterwards", ["", "alias/new"])
def test_versions_that_only_the_former_key_opens_are_told(call: Call, afterwards: str) -> None:
    """A labelled version is re-encrypted in addition when the key changes; one without labels is not."""
    former = factories.make_key("alias/former")
    factories.make_key("alias/new")
    secret = factories.make_secret(call, kms_key_id="alias/former")
    factories.make_version(call, secret, "second")
    factories.make_version(call, secret, "third")  # the first has no label any more

    operations.update_secret(call, secret_id=secret.name, kms_key_id=afterwards, client_request_token=str(uuid.uuid4()))

    assert names(call, former.key_id) == [(secret.name, True)]


def test_a_secret_that_another_key_opens_as_well_is_not_among_them(call: Call) -> None:
    former, new = factories.make_key("alias/former"), factories.make_key("alias/new")
    secret = factories.make_secret(call, kms_key_id="alias/former")
    operations.update_secret(
        call, secret_id=secret.name, kms_key_id="alias/new", client_request_token=str(uuid.uuid4())
    )

    assert names(call, former.key_id) == []

    kms.disable_key(call, key_id=new.key_id)
    assert names(call, former.key_id) == [(secret.name, True)]


def test_a_replica_is_protected_by_its_own_regions_key(call: Call, make_call: Callable[..., Call]) -> None:
    there = factories.make_key("alias/there", region="eu-west-1")
    secret = factories.make_secret(call)
    operations.replicate_secret_to_regions(
        call, secret_id=secret.name, add_replica_regions=[{"Region": "eu-west-1", "KmsKeyId": there.arn}]
    )
    replication.run_due(factories.NOW, "a scheduler")

    (found,) = protected.by_key(make_call(region="eu-west-1"), there.key_id).secrets
    assert (found.name, found.is_replica, found.primary_region) == (secret.name, True, "us-west-2")


def test_names_and_count_are_bounded(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protected, "MOST_NAMES", 2)
    monkeypatch.setattr(protected, "MOST_COUNTED", 3)
    orders = factories.make_key("alias/orders")
    for name in ("a", "b", "c", "d", "e"):
        factories.make_secret(call, name, kms_key_id=orders.arn)

    found = protected.by_key(call, orders.key_id)

    assert [row.name for row in found.secrets] == ["a", "b"]
    assert (found.count, found.is_counted) == (4, False)


def test_an_unknown_key_protects_nothing(call: Call) -> None:
    factories.make_secret(call)

    assert protected.by_key(call, "no-such-key") == protected.Protected([], 0)
