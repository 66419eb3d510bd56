"""What IAM refuses, and in which words. Texts: seen in the field, unless IAM's API reference has them."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from secrets_app.operations._operation import REGISTERED
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import Wire, refused
from tests.factories import Person

ACCOUNT = factories.ACCOUNT
ANY = json.dumps(factories.EVERYTHING)
NO_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/none"
SCRIPT: list[tuple[str, dict[str, Any]]] = [
    ("create_user", {"UserName": "dave"}),
    ("create_login_profile", {"UserName": "dave", "Password": "correct-horse-battery"}),
    ("create_group", {"GroupName": "readers"}),
    ("create_group", {"GroupName": "empty"}),
    ("add_user_to_group", {"GroupName": "readers", "UserName": "dave"}),
    ("create_policy", {"PolicyName": "all", "PolicyDocument": ANY}),
    ("create_policy_version", {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/all", "PolicyDocument": ANY}),
]


@pytest.fixture
def iam(alice: Person, aws_as: MakeClient) -> Any:
    made = aws_as(alice, service="iam")
    for operation, arguments in SCRIPT:
        getattr(made, operation)(**arguments)
    return made


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


NOT_FOUND = [
    ("get_user", {"UserName": "none"}, "The user with name none cannot be found."),
    ("get_role", {"RoleName": "none"}, "The role with name none cannot be found."),
    ("get_group", {"GroupName": "none"}, "The group with name none cannot be found."),
    ("get_policy", {"PolicyArn": NO_POLICY}, f"Policy {NO_POLICY} was not found."),
    (
        "attach_user_policy",
        {"UserName": "dave", "PolicyArn": NO_POLICY},
        f"Policy {NO_POLICY} does not exist or is not attachable.",
    ),
    ("detach_user_policy", {"UserName": "dave", "PolicyArn": NO_POLICY}, f"Policy {NO_POLICY} was not found."),
    ("add_user_to_group", {"GroupName": "readers", "UserName": "none"}, "The user with name none cannot be found."),
    ("get_login_profile", {"UserName": "alice"}, "Login Profile for User alice cannot be found."),
    (
        "delete_access_key",
        {"UserName": "dave", "AccessKeyId": "AKIANOSUCHKEY000"},
        "The Access Key with id AKIANOSUCHKEY000 cannot be found.",
    ),
    (
        "get_policy_version",
        {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/all", "VersionId": "v9"},
        f"Policy arn:aws:iam::{ACCOUNT}:policy/all version v9 does not exist or is not attachable.",
    ),
]


@pytest.mark.parametrize(("operation", "arguments", "message"), NOT_FOUND)
def test_what_is_not_there(iam: Any, operation: str, arguments: dict[str, Any], message: str) -> None:
    assert refused(getattr(iam, operation), status=404, **arguments) == ("NoSuchEntity", message)


TAKEN = [
    ("create_user", {"UserName": "DAVE"}, "User with name DAVE already exists."),
    ("create_group", {"GroupName": "Readers"}, "Group with name Readers already exists."),
    (
        "create_policy",
        {"PolicyName": "All", "PolicyDocument": ANY},
        "A policy called All already exists. Duplicate names are not allowed.",
    ),
    (
        "create_login_profile",
        {"UserName": "dave", "Password": "another-horse-battery"},
        "Login Profile for user dave already exists.",
    ),
    ("update_user", {"UserName": "dave", "NewUserName": "alice"}, "User with name alice already exists."),
]


@pytest.mark.parametrize(("operation", "arguments", "message"), TAKEN)
def test_what_is_there_already(iam: Any, operation: str, arguments: dict[str, Any], message: str) -> None:
    """Names are not distinguished by case (API reference, CreateUser)."""
    assert refused(getattr(iam, operation), status=409, **arguments) == ("EntityAlreadyExists", message)


CONFLICTS = [
    ("delete_user", {"UserName": "dave"}, "Cannot delete entity, must remove users from group first."),
    ("delete_group", {"GroupName": "readers"}, "Cannot delete entity, must remove users from group first."),
    (
        "delete_policy_version",
        {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/all", "VersionId": "v1"},
        "Cannot delete the default version of a policy.",
    ),
    (
        "delete_policy",
        {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/all"},
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy.",
    ),
]


@pytest.mark.parametrize(("operation", "arguments", "message"), CONFLICTS)
def test_what_is_in_use(iam: Any, operation: str, arguments: dict[str, Any], message: str) -> None:
    assert refused(getattr(iam, operation), status=409, **arguments) == ("DeleteConflict", message)


MALFORMED = [
    "{",
    "[]",
    '{"Version": "2012-10-17"}',
    '{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}',
    document({"Effect": "Allow", "Action": "*"}),
    document({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}),
    document({"Effect": "Maybe", "Action": "*", "Resource": "*"}),
    '{"Version": "2012-10-17", "Statement": ' + "[" * 10_000 + "]" * 10_000 + "}",
]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_policy(iam: Any, text: str) -> None:
    refusing: tuple[tuple[str, dict[str, Any]], ...] = (
        ("create_policy", {"PolicyName": "bad"}),
        ("put_user_policy", {"UserName": "dave", "PolicyName": "bad"}),
    )
    for operation, arguments in refusing:
        refusal = refused(getattr(iam, operation), PolicyDocument=text, **arguments)
        assert refusal.code == "MalformedPolicyDocument"
        assert refusal.message.startswith("Syntax errors in policy. ")


TRUST = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
NOT_TRUSTED = [
    (document({**TRUST, "Resource": "*"}), "Syntax errors in policy. "),
    (document({"Effect": "Allow", "Action": "sts:AssumeRole"}), "Syntax errors in policy. "),
    (document({**TRUST, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/none"}}), "Invalid principal in policy: "),
    (
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"},
            }
        ),
        "NotPrincipal cannot be used with Allow.",
    ),
]


@pytest.mark.parametrize(("text", "message"), NOT_TRUSTED)
def test_a_malformed_trust_policy(iam: Any, text: str, message: str) -> None:
    refusal = refused(iam.create_role, RoleName="deployer", AssumeRolePolicyDocument=text)

    assert refusal.code == "MalformedPolicyDocument"
    assert refusal.message.startswith(message)


def sids(count: int) -> str:
    return document(*({"Sid": f"S{n}", "Effect": "Allow", "Action": "s3:*", "Resource": "*"} for n in range(count)))


EXCEEDED = [
    ("create_policy", {"PolicyName": "long", "PolicyDocument": sids(150)}, "Cannot exceed quota for PolicySize: 6144"),
    (
        "put_user_policy",
        {"UserName": "dave", "PolicyName": "long", "PolicyDocument": sids(50)},
        "Maximum policy size of 2048 bytes exceeded for user dave",
    ),
]


@pytest.mark.parametrize(("operation", "arguments", "message"), EXCEEDED)
def test_a_policy_that_is_too_long(iam: Any, operation: str, arguments: dict[str, Any], message: str) -> None:
    assert refused(getattr(iam, operation), status=409, **arguments) == ("LimitExceeded", message)


def test_a_policy_has_five_versions_at_most(iam: Any) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/all"
    for _ in range(3):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=ANY)

    assert refused(iam.create_policy_version, status=409, PolicyArn=arn, PolicyDocument=ANY).code == "LimitExceeded"


INVALID = [
    ("create_user", {"UserName": "a b"}, "ValidationError", r"pattern: [\w+=,.@-]+"),
    ("create_user", {"UserName": "ä"}, "ValidationError", r"pattern: [\w+=,.@-]+"),
    ("create_user", {"UserName": "x", "Path": "team"}, "ValidationError", "'path' failed to satisfy constraint"),
    (
        "create_user",
        {"UserName": "x", "Tags": [{"Key": "aws:x", "Value": ""}]},
        "ValidationError",
        "reserved for system use",
    ),
    (
        "create_user",
        {"UserName": "x", "Tags": [{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}]},
        "InvalidInput",
        "Duplicate tag keys found.",
    ),
    (
        "create_user",
        {"UserName": "x", "Tags": [{"Key": "a;b", "Value": ""}]},
        "ValidationError",
        "'tags.1.member.key' failed",
    ),
    (
        "create_login_profile",
        {"UserName": "alice", "Password": "short"},
        "PasswordPolicyViolation",
        "12 to 128 characters",
    ),
    ("create_login_profile", {"UserName": "alice", "Password": "alice-alice"}, "PasswordPolicyViolation", "characters"),
    ("list_users", {"Marker": "nonsense"}, "ValidationError", "Invalid Marker."),
]


@pytest.mark.parametrize(("operation", "arguments", "code", "message"), INVALID)
def test_what_is_not_valid(iam: Any, operation: str, arguments: dict[str, Any], code: str, message: str) -> None:
    refusal = refused(getattr(iam, operation), **arguments)

    assert refusal.code == code
    assert message in refusal.message


def test_tags_are_of_all_letters_and_spaces(iam: Any) -> None:
    tags = [{"Key": "Größe des Tisches", "Value": "大"}]

    iam.tag_user(UserName="dave", Tags=tags)

    assert iam.list_user_tags(UserName="dave")["Tags"] == tags


# --- permission ----------------------------------------------------------------------------------------

_OWN_USER = f"arn:aws:iam::{ACCOUNT}:user/mallory"
_VALUES = {
    "UserName": "dave",
    "GroupName": "readers",
    "RoleName": "none",
    "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/all",
    "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/all",
    "PolicyName": "all",
    "PolicyDocument": ANY,
    "AssumeRolePolicyDocument": ANY,
    "VersionId": "v1",
    "AccessKeyId": "AKIANOSUCHKEY000",
    "Status": "Active",
    "Tags": [],
    "TagKeys": [],
    "Description": "",
    "OldPassword": "correct-horse-battery",
    "NewPassword": "another-horse-battery",
}


@pytest.mark.parametrize("name", sorted(name for service, name in REGISTERED if service == "iam"))
def test_without_permission_nothing_is_done_and_nothing_told(
    iam: Any, mallory: Person, aws_as: MakeClient, name: str
) -> None:
    """Property 17: every operation asks. 19: also about what is not there."""
    made = aws_as(mallory, service="iam")
    model = made.meta.service_model.operation_model(name)
    operation = {of: method for method, of in made.meta.method_to_api_mapping.items()}[name]
    arguments = {
        member: _VALUES[member] for member in (model.input_shape.required_members if model.input_shape else ())
    }

    refusal = refused(getattr(made, operation), status=403, **arguments)

    assert refusal.code == "AccessDenied"
    assert refusal.message.startswith(f"User: {_OWN_USER} is not authorized to perform: iam:{name}")
    assert refusal.message.endswith(f"because no identity-based policy allows the iam:{name} action")


def test_permission_on_one_user_only(iam: Any, mallory: Person, aws_as: MakeClient) -> None:
    only_dave = document({"Effect": "Allow", "Action": "iam:*", "Resource": f"arn:aws:iam::{ACCOUNT}:user/dave"})
    iam.put_user_policy(UserName="mallory", PolicyName="dave", PolicyDocument=only_dave)
    made = aws_as(mallory, service="iam")

    made.get_user(UserName="dave")
    assert refused(made.get_user, status=403, UserName="alice").code == "AccessDenied"
    assert refused(made.get_user, status=403, UserName="none").code == "AccessDenied"
    assert refused(made.update_user, status=403, UserName="dave", NewUserName="eve").code == "AccessDenied"


def test_only_certain_policies_may_be_attached(iam: Any, mallory: Person, aws_as: MakeClient) -> None:
    """Condition key iam:PolicyARN (service authorization reference, IAM)."""
    read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    condition = {"ArnEquals": {"iam:PolicyARN": read_only}}
    statement = {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*", "Condition": condition}
    iam.put_user_policy(UserName="mallory", PolicyName="attach", PolicyDocument=document(statement))
    made = aws_as(mallory, service="iam")

    made.attach_user_policy(UserName="mallory", PolicyArn=read_only)
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    refusal = refused(made.attach_user_policy, status=403, UserName="mallory", PolicyArn=administrator)

    assert refusal.code == "AccessDenied"


# --- the form ------------------------------------------------------------------------------------------

FORMS = [
    (b"Tags.member.1=x", "MalformedQueryString"),
    (b"Tags=x", "MalformedQueryString"),
    (b"Tags.member.one.Key=x", "MalformedQueryString"),
    (b"Tags.member.1.Key=x&Tags.member.1.Key.a=y", "MalformedQueryString"),
    (b"Tags.member.1.Key.a=y&Tags.member.1.Key=x", "MalformedQueryString"),
    (b"Path.a.b.c.d.e.f.g.h.i=x", "MalformedQueryString"),
    (b"UserName.a=x", "MalformedQueryString"),
    (b"Tags.member.1.Key=x", "ValidationError"),
    (b"UserName=x&Unknown.member.1=y", None),
    (b"UserName=x&Tags=", None),
    (b"UserName=x&Tags.member.7.Key=b&Tags.member.7.Value=&Tags.member.10.Key=a&Tags.member.10.Value=", None),
]


@pytest.mark.parametrize(("form", "code"), FORMS)
def test_forms_that_no_sdk_sends(wire: Wire, form: bytes, code: str | None) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"Action=CreateUser&Version=2010-05-08&" + form

    answer = wire.post("", body=body, headers=headers, service="iam")

    root = ElementTree.fromstring(answer.body)  # noqa: S314  our own answer
    assert root.findtext(".//{*}Code") == code


def test_a_number_that_is_none(wire: Wire) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = wire.post("", body=b"Action=ListUsers&Version=2010-05-08&MaxItems=many", headers=headers, service="iam")

    assert b"<Code>ValidationError</Code><Message>MaxItems is a whole number.</Message>" in answer.body
