"""From where the policies of a user or role come, and that what is found out about a caller has all of them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from secrets_app import principals
from secrets_app.models import Group, ManagedPolicy, ManagedPolicyVersion, PolicyAttachment, Principal
from tests import factories
from tests.factories import Person

ANY = json.dumps(factories.EVERYTHING)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def managed(name: str, *documents: str, default: int = 1) -> ManagedPolicy:
    account = factories.make_account()
    policy = ManagedPolicy.objects.create(
        account=account,
        name=name,
        arn=f"arn:aws:iam::{account.pk}:policy/{name}",
        unique_id=principals.new_unique_id("policy"),
        default_version=default,
        created_at=factories.NOW,
        updated_at=factories.NOW,
    )
    for number, document in enumerate(documents, 1):
        ManagedPolicyVersion.objects.create(policy=policy, number=number, document=document, created_at=factories.NOW)
    return policy


def names(person: Person) -> list[str]:
    key = principals.signing_key(person.access_key.access_key_id)
    assert key is not None
    assert key.identity.policies == principals.identity(person.principal).policies
    return [policy.name for policy in key.identity.policies]


def test_policies_come_from_everywhere(alice: Person) -> None:
    group = Group.objects.create(
        account_id=alice.identity.account, name="team", unique_id="AGPA1", created_at=factories.NOW
    )
    group.members.add(alice.principal)
    group.identity_policies.create(name="shared", document=ANY)
    own, of_group = managed("own", ANY), managed("of-group", ANY)
    PolicyAttachment.objects.create(principal=alice.principal, policy_arn=own.arn)
    PolicyAttachment.objects.create(group=group, policy_arn=of_group.arn)
    PolicyAttachment.objects.create(group=group, policy_arn=READ_ONLY)

    assert names(alice) == sorted(["alice-policy", "team/shared", own.arn, of_group.arn, READ_ONLY])


def test_what_a_group_has_too_is_there_once(alice: Person) -> None:
    group = Group.objects.create(
        account_id=alice.identity.account, name="team", unique_id="AGPA1", created_at=factories.NOW
    )
    group.members.add(alice.principal)
    for owner in ({"group": group}, {"principal": alice.principal}):
        PolicyAttachment.objects.create(policy_arn=READ_ONLY, **owner)

    assert names(alice) == ["alice-policy", READ_ONLY]


def test_the_default_version_counts_from_the_next_call_on(alice: Person) -> None:
    policy = managed("own", "first", "second")
    PolicyAttachment.objects.create(principal=alice.principal, policy_arn=policy.arn)
    assert "first" in [each.document for each in principals.identity(alice.principal).policies]

    ManagedPolicy.objects.update(default_version=2)

    key = principals.signing_key(alice.access_key.access_key_id)
    assert key is not None
    assert [each.document for each in key.identity.policies if each.name == policy.arn] == ["second"]


def test_a_boundary_is_no_policy_of_its_own(alice: Person) -> None:
    Principal.objects.update(boundary_arn=READ_ONLY)
    alice.principal.refresh_from_db()

    key = principals.signing_key(alice.access_key.access_key_id)

    assert key is not None
    assert key.identity.boundary is not None
    assert key.identity.boundary.name == READ_ONLY
    assert key.identity.caller.boundary is not None
    assert [policy.name for policy in key.identity.policies] == ["alice-policy"]


def test_a_policy_that_is_gone_lets_nobody_pass(alice: Person) -> None:
    PolicyAttachment.objects.create(principal=alice.principal, policy_arn="arn:aws:iam::aws:policy/NoSuchPolicy")

    with pytest.raises(ValueError):
        _ = principals.identity(alice.principal).caller


def test_session_tags_take_the_place_of_the_roles(alice: Person) -> None:
    role = Principal.objects.create(
        account_id=alice.identity.account,
        kind="role",
        name="deployer",
        path="/team/",
        unique_id="AROA1",
        created_at=factories.NOW,
        tags={"Team": "blue", "stage": "prod"},
    )
    new = principals.create_temporary_access_key(
        role,
        datetime.now(UTC),
        lifetime=timedelta(hours=1),
        session_name="run-7",
        session_policy=ANY,
        session_managed_policies=[[READ_ONLY, ANY]],
        session_tags={"team": "red"},
        source_identity="alice",
    )

    key = principals.signing_key(new.access_key_id)

    assert key is not None
    who = key.identity
    assert who.tags == {"stage": "prod", "team": "red"}
    assert who.arn == f"arn:aws:sts::{who.account}:assumed-role/deployer/run-7"
    assert who.role_arn == f"arn:aws:iam::{who.account}:role/team/deployer"
    assert who.session is not None
    assert who.session.source_identity == "alice"
    assert len(who.caller.session_policies or ()) == 2
