"""IAM as a script uses it: everything that sets up users, groups, roles and policies, by boto3."""

import json
from typing import Any

import pytest

from secrets_app.models import AuditEvent
from secrets_app.principals import NewAccessKey
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import Wire, client, refused
from tests.factories import Person

ACCOUNT = factories.ACCOUNT
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ANY = json.dumps(factories.EVERYTHING)
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def iam(alice: Person, aws_as: MakeClient) -> Any:
    return aws_as(alice, service="iam")


# --- users ---------------------------------------------------------------------------------------------


def test_a_user_from_beginning_to_end(iam: Any) -> None:
    made = iam.create_user(UserName="dave", Path="/team/", Tags=[{"Key": "Team", "Value": "blue"}])["User"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/dave"
    assert made["UserId"].startswith("AIDA")
    assert made["Tags"] == [{"Key": "Team", "Value": "blue"}]
    assert iam.get_user(UserName="dave")["User"]["CreateDate"] == made["CreateDate"]

    iam.update_user(UserName="dave", NewUserName="david", NewPath="/")
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["alice", "david"]
    assert iam.get_user(UserName="david")["User"]["UserId"] == made["UserId"]

    iam.delete_user(UserName="david")
    assert refused(iam.get_user, status=404, UserName="david") == (
        "NoSuchEntity",
        "The user with name david cannot be found.",
    )


def test_who_calls_is_the_user_if_none_is_named(iam: Any, alice: Person) -> None:
    assert iam.get_user()["User"]["Arn"] == alice.arn


def test_an_access_key_from_beginning_to_end(iam: Any) -> None:
    iam.create_user(UserName="dave")
    made = iam.create_access_key(UserName="dave")["AccessKey"]
    assert made["Status"] == "Active"
    as_dave = client(NewAccessKey(made["AccessKeyId"], made["SecretAccessKey"]), service="sts")
    assert as_dave.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/dave"

    iam.update_access_key(UserName="dave", AccessKeyId=made["AccessKeyId"], Status="Inactive")
    assert refused(as_dave.get_caller_identity, status=403).code == "InvalidClientTokenId"
    [listed] = iam.list_access_keys(UserName="dave")["AccessKeyMetadata"]
    assert (listed["AccessKeyId"], listed["Status"]) == (made["AccessKeyId"], "Inactive")

    iam.create_access_key(UserName="dave")
    assert refused(iam.create_access_key, status=409, UserName="dave") == (
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
    )
    iam.delete_access_key(UserName="dave", AccessKeyId=made["AccessKeyId"])
    assert len(iam.list_access_keys(UserName="dave")["AccessKeyMetadata"]) == 1


def test_a_secret_access_key_is_nowhere_but_in_the_answer(iam: Any) -> None:
    iam.create_user(UserName="dave")
    made = iam.create_access_key(UserName="dave")["AccessKey"]

    iam.create_login_profile(UserName="dave", Password="correct-horse-battery")

    written = "".join(map(str, AuditEvent.objects.values_list()))
    assert made["SecretAccessKey"] not in written
    assert "correct-horse-battery" not in written


def test_a_login_profile_from_beginning_to_end(iam: Any) -> None:
    iam.create_user(UserName="dave")
    made = iam.create_login_profile(UserName="dave", Password="correct-horse-battery", PasswordResetRequired=True)
    assert made["LoginProfile"]["PasswordResetRequired"] is True

    iam.update_login_profile(UserName="dave", Password="another-horse-battery", PasswordResetRequired=False)
    assert iam.get_login_profile(UserName="dave")["LoginProfile"]["PasswordResetRequired"] is False

    iam.delete_login_profile(UserName="dave")
    assert refused(iam.get_login_profile, status=404, UserName="dave").code == "NoSuchEntity"


def test_a_user_changes_its_own_password(iam: Any) -> None:
    iam.create_login_profile(UserName="alice", Password="correct-horse-battery")

    wrong = refused(iam.change_password, status=403, OldPassword="wrong", NewPassword="another-horse-battery")
    iam.change_password(OldPassword="correct-horse-battery", NewPassword="another-horse-battery")

    assert wrong == ("AccessDenied", "The old password was incorrect.")
    assert (
        refused(
            iam.change_password, status=403, OldPassword="correct-horse-battery", NewPassword="a-third-horse-battery"
        ).code
        == "AccessDenied"
    )


# --- groups and roles ----------------------------------------------------------------------------------


def test_a_group_from_beginning_to_end(iam: Any, mallory: Person, aws_as: MakeClient) -> None:
    assert iam.create_group(GroupName="readers")["Group"]["GroupId"].startswith("AGPA")
    iam.attach_group_policy(GroupName="readers", PolicyArn=READ_ONLY)
    as_mallory = aws_as(mallory)
    assert refused(as_mallory.list_secrets).code == "AccessDeniedException"

    iam.add_user_to_group(GroupName="readers", UserName="mallory")
    as_mallory.list_secrets()
    assert [user["UserName"] for user in iam.get_group(GroupName="readers")["Users"]] == ["mallory"]
    assert [group["GroupName"] for group in iam.list_groups_for_user(UserName="mallory")["Groups"]] == ["readers"]

    iam.remove_user_from_group(GroupName="readers", UserName="mallory")
    assert refused(as_mallory.list_secrets).code == "AccessDeniedException"
    iam.detach_group_policy(GroupName="readers", PolicyArn=READ_ONLY)
    iam.delete_group(GroupName="readers")
    assert iam.list_groups()["Groups"] == []


def test_a_role_from_beginning_to_end(iam: Any) -> None:
    made = iam.create_role(
        RoleName="deployer", AssumeRolePolicyDocument=json.dumps(TRUST), Description="deploys", MaxSessionDuration=7200
    )["Role"]
    assert made["AssumeRolePolicyDocument"] == TRUST
    assert made["RoleId"].startswith("AROA")

    iam.update_role(RoleName="deployer", Description="", MaxSessionDuration=3600)
    found = iam.get_role(RoleName="deployer")["Role"]
    assert "Description" not in found
    assert found["MaxSessionDuration"] == 3600
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ["deployer"]
    assert iam.list_instance_profiles_for_role(RoleName="deployer")["InstanceProfiles"] == []

    iam.delete_role(RoleName="deployer")
    assert iam.list_roles()["Roles"] == []


def test_a_trust_policy_does_not_trust_the_next_of_a_name(iam: Any) -> None:
    """Property 23: users in it are kept by their unique ids."""
    trusted = iam.create_user(UserName="dave")["User"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": trusted["Arn"]}, "Action": "sts:AssumeRole"}],
    }
    role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    assert role["AssumeRolePolicyDocument"] == trust

    iam.delete_user(UserName="dave")
    iam.create_user(UserName="dave")

    [statement] = iam.get_role(RoleName="deployer")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": trusted["UserId"]}


# --- policies ------------------------------------------------------------------------------------------


def test_a_managed_policy_and_its_versions(iam: Any) -> None:
    arn = iam.create_policy(PolicyName="all", PolicyDocument=ANY, Description="everything")["Policy"]["Arn"]
    nothing = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
    assert arn == f"arn:aws:iam::{ACCOUNT}:policy/all"

    second = iam.create_policy_version(PolicyArn=arn, PolicyDocument=nothing, SetAsDefault=True)["PolicyVersion"]
    assert (second["VersionId"], second["IsDefaultVersion"]) == ("v2", True)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == factories.EVERYTHING
    listed = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(version["VersionId"], version["IsDefaultVersion"]) for version in listed] == [("v2", False), ("v1", True)]

    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    third = iam.create_policy_version(PolicyArn=arn, PolicyDocument=nothing)["PolicyVersion"]
    assert third["VersionId"] == "v3"
    iam.delete_policy_version(PolicyArn=arn, VersionId="v3")
    iam.delete_policy(PolicyArn=arn)
    assert refused(iam.get_policy, status=404, PolicyArn=arn).code == "NoSuchEntity"


def test_policies_that_aws_manages_are_there_and_for_nobody_to_change(iam: Any) -> None:
    listed = {policy["PolicyName"] for policy in iam.list_policies(Scope="AWS")["Policies"]}
    assert {"AdministratorAccess", "SecretsManagerReadWrite", "ReadOnlyAccess"} <= listed
    assert iam.list_policies(Scope="Local")["Policies"] == []

    refusal = refused(iam.create_policy_version, status=403, PolicyArn=READ_ONLY, PolicyDocument=ANY)

    assert refusal.code == "AccessDenied"


def test_attached_policies_count(iam: Any, mallory: Person, aws_as: MakeClient) -> None:
    arn = iam.create_policy(PolicyName="all", PolicyDocument=ANY)["Policy"]["Arn"]

    iam.attach_user_policy(UserName="mallory", PolicyArn=arn)
    iam.attach_user_policy(UserName="mallory", PolicyArn=arn)

    aws_as(mallory).list_secrets()
    assert iam.list_attached_user_policies(UserName="mallory")["AttachedPolicies"] == [
        {"PolicyName": "all", "PolicyArn": arn}
    ]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    users = iam.list_entities_for_policy(PolicyArn=arn)["PolicyUsers"]
    assert [user["UserName"] for user in users] == ["mallory"]
    assert refused(iam.delete_policy, status=409, PolicyArn=arn).code == "DeleteConflict"
    iam.detach_user_policy(UserName="mallory", PolicyArn=arn)
    assert refused(aws_as(mallory).list_secrets).code == "AccessDeniedException"


def test_a_boundary_is_the_most_that_policies_give(iam: Any, mallory: Person, aws_as: MakeClient) -> None:
    iam.put_user_policy(UserName="mallory", PolicyName="all", PolicyDocument=ANY)
    iam.put_user_permissions_boundary(UserName="mallory", PermissionsBoundary=READ_ONLY)
    assert iam.get_user(UserName="mallory")["User"]["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": READ_ONLY,
    }

    aws_as(mallory).list_secrets()
    over = refused(aws_as(mallory).create_secret, Name="a", SecretString="b")

    assert over.message.endswith("because no permissions boundary allows the secretsmanager:CreateSecret action")
    iam.delete_user_permissions_boundary(UserName="mallory")
    aws_as(mallory).create_secret(Name="a", SecretString="b")


@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_inline_policies_of_everyone(iam: Any, kind: str) -> None:
    document = {"AssumeRolePolicyDocument": json.dumps(TRUST)} if kind == "role" else {}
    owner = {f"{kind.capitalize()}Name": "owner"}
    getattr(iam, f"create_{kind}")(**owner, **document)

    getattr(iam, f"put_{kind}_policy")(**owner, PolicyName="first", PolicyDocument=ANY)
    getattr(iam, f"put_{kind}_policy")(**owner, PolicyName="first", PolicyDocument=ANY + " ")

    assert getattr(iam, f"list_{kind}_policies")(**owner)["PolicyNames"] == ["first"]
    found = getattr(iam, f"get_{kind}_policy")(**owner, PolicyName="first")
    assert found["PolicyDocument"] == factories.EVERYTHING
    assert refused(getattr(iam, f"delete_{kind}"), status=409, **owner) == (
        "DeleteConflict",
        "Cannot delete entity, must delete policies first.",
    )
    getattr(iam, f"delete_{kind}_policy")(**owner, PolicyName="first")
    assert refused(getattr(iam, f"get_{kind}_policy"), status=404, **owner, PolicyName="first") == (
        "NoSuchEntity",
        f"The {kind} policy with name first cannot be found.",
    )


def test_tags_of_who_calls_count_in_policies(iam: Any, mallory: Person, aws_as: MakeClient) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    statement = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*", "Condition": condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName="mallory", PolicyName="by-team", PolicyDocument=document)
    assert refused(aws_as(mallory).list_secrets).code == "AccessDeniedException"

    iam.tag_user(UserName="mallory", Tags=[{"Key": "Team", "Value": "blue"}])
    aws_as(mallory).list_secrets()
    assert iam.list_user_tags(UserName="mallory")["Tags"] == [{"Key": "Team", "Value": "blue"}]

    iam.untag_user(UserName="mallory", TagKeys=["TEAM"])
    assert refused(aws_as(mallory).list_secrets).code == "AccessDeniedException"


def test_lists_come_in_pages(iam: Any) -> None:
    for number in range(5):
        iam.create_group(GroupName=f"group-{number}")

    pages = list(iam.get_paginator("list_groups").paginate(PaginationConfig={"PageSize": 2}))

    assert [len(page["Groups"]) for page in pages] == [2, 2, 1]
    assert [group["GroupName"] for page in pages for group in page["Groups"]] == [f"group-{n}" for n in range(5)]


# --- the wire ------------------------------------------------------------------------------------------


def test_it_is_one_for_all_regions(alice: Person) -> None:
    """Events of a global service are those of us-east-1 (CloudTrail user guide)."""
    made = client(alice.access_key, service="iam", region="eu-central-1")

    made.create_group(GroupName="readers")

    event = AuditEvent.objects.get(event_name="CreateGroup")
    assert (event.region, event.event_source) == ("us-east-1", "iam.amazonaws.com")


def test_a_signature_for_another_service_is_not_taken(alice: Person) -> None:
    body = b"Action=ListUsers&Version=2010-05-08"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = Wire(alice.access_key).post("", body=body, headers=headers, service="sts")

    assert b"<Code>InvalidAction</Code>" in answer.body


def test_other_accounts_are_not_there(iam: Any) -> None:
    factories.make_person("eve", factories.EVERYTHING, account="999999999999")

    assert refused(iam.get_user, status=404, UserName="eve").code == "NoSuchEntity"
    assert "eve" not in [user["UserName"] for user in iam.list_users()["Users"]]
