"""What somebody finds in the demo account at the first start."""

import json

import pytest

from secrets_app import demo, operations, principals
from secrets_app.call import Call
from secrets_app.demo.contents import EXAMPLE_KEY
from secrets_app.errors import AccessDeniedException, InvalidRequestException
from secrets_app.models import Account, AuditEvent, KeyAlias, RotationConfiguration, Secret
from tests.factories import ACCOUNT, NOW, REGION, make_call, make_version


@pytest.fixture
def seeded(db: None) -> None:
    demo.seed(NOW, password="the administrator's")


def call_of(name: str, region: str = REGION) -> Call:
    user = principals.user_by_name(ACCOUNT, name)
    assert user is not None
    return make_call(principals.identity(user), region=region)


def test_it_is_wanted_only_where_there_is_nothing(seeded: None) -> None:
    assert not demo.is_wanted()

    Secret.objects.all().delete()

    assert not demo.is_wanted()


@pytest.mark.django_db
def test_an_empty_database_wants_it() -> None:
    assert demo.is_wanted()
    Account.objects.create(id="210987654321", created_at=NOW)
    assert not demo.is_wanted()


def test_there_is_a_secret_of_every_kind(seeded: None) -> None:
    listed = operations.list_secrets(call_of("admin"), include_planned_deletion=True).items
    names = {entry.secret.name for entry in listed}

    assert {"MyTestSecret", "prod/AppBeta/MySQL", "prod/AppBeta/api-key", "dev/feature-flags"} < names
    assert [entry.secret.owning_service for entry in listed if entry.secret.name.startswith("rds!db-")] == ["rds"]
    assert [entry.secret.name for entry in listed if not entry.versions_to_stages] == ["dev/not-filled-in-yet"]
    assert [entry.secret.name for entry in listed if entry.secret.deleted_at] == ["dev/old-test-account"]
    assert [entry.secret.name for entry in listed if entry.secret.has_replicas] == ["prod/AppBeta/MySQL"]


def test_the_key_of_the_user_guide_can_be_given_to_its_secret(seeded: None) -> None:
    call = call_of("admin")

    operations.update_secret(
        call,
        secret_id="MyTestSecret",
        client_request_token="0f0e0d0c-0000-4000-8000-000000000001",
        kms_key_id=f"arn:aws:kms:us-west-2:123456789012:key/{EXAMPLE_KEY}",
    )

    value = operations.get_secret_value(call, secret_id="MyTestSecret").value
    assert set(json.loads(value.content)) == {"user", "password"}


def test_three_regions_have_keys_with_aliases(seeded: None) -> None:
    aliases = KeyAlias.objects.exclude(name__startswith="alias/aws/").values_list("region", "name")

    assert set(aliases) == {
        ("us-west-2", "alias/demo/my-test-key"),
        ("us-west-2", "alias/prod/app"),
        ("us-east-1", "alias/prod/app"),
        ("eu-west-1", "alias/prod/app"),
    }


def test_two_secrets_rotate_one_by_a_function_and_one_by_its_owner(seeded: None) -> None:
    rotating = RotationConfiguration.objects.filter(enabled=True).order_by("secret__name")

    assert [(rotation.secret.name[:7], bool(rotation.function_arn)) for rotation in rotating] == [
        ("prod/re", True),
        ("rds!db-", False),
    ]
    assert all(rotation.next_window_end for rotation in rotating)


def test_the_owner_of_a_managed_secret_is_the_only_one_to_change_it(seeded: None) -> None:
    managed = Secret.objects.get(owning_service="rds")

    with pytest.raises(InvalidRequestException):
        make_version(call_of("admin"), managed, "mine now")


def test_the_viewer_may_look_but_not_read(seeded: None) -> None:
    call = call_of("viewer")

    assert operations.describe_secret(call, secret_id="MyTestSecret").secret.name == "MyTestSecret"
    with pytest.raises(AccessDeniedException):
        operations.get_secret_value(call, secret_id="MyTestSecret")


def test_the_viewer_may_read_where_a_secret_says_so(seeded: None) -> None:
    assert operations.get_secret_value(call_of("viewer"), secret_id="prod/AppBeta/api-key").value.content


def test_only_the_administrator_has_a_password_until_somebody_gives_one(seeded: None) -> None:
    admin, viewer = (principals.user_by_name(ACCOUNT, name) for name in ("admin", "viewer"))

    assert admin is not None
    assert admin.check_password("the administrator's")
    assert viewer is not None
    assert not viewer.has_usable_password()
    assert demo.set_password("viewer", "the viewer's")
    viewer.refresh_from_db()
    assert viewer.check_password("the viewer's")


def test_a_password_for_nobody_is_refused(seeded: None) -> None:
    assert not demo.set_password("nobody", "a password")


def test_the_same_password_again_ends_no_session(seeded: None) -> None:
    admin = principals.user_by_name(ACCOUNT, "admin")
    assert admin is not None
    before = admin.get_session_auth_hash()

    demo.set_password("admin", "the administrator's")

    admin.refresh_from_db()
    assert admin.get_session_auth_hash() == before


def test_its_making_is_in_the_audit_trail(seeded: None) -> None:
    assert set(AuditEvent.objects.filter(door="worker").values_list("event_name", flat=True)) >= {
        "CreateSecret",
        "PutResourcePolicy",
        "RotateSecret",
        "DeleteSecret",
    }
