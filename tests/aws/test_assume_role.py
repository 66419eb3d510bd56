"""AssumeRole, by boto3: who may, for how long, and with what."""

import json
from typing import Any

import pytest

from secrets_app.models import AccessKey
from secrets_app.principals import NewAccessKey
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import client, refused
from tests.factories import Person

ACCOUNT = factories.ACCOUNT
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deployer"
ANY = json.dumps(factories.EVERYTHING)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def trust(principal: str, *actions: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": ["sts:AssumeRole", *actions], **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture
def iam(alice: Person, mallory: Person, aws_as: MakeClient) -> Any:
    made = aws_as(alice, service="iam")
    made.create_role(RoleName="deployer", AssumeRolePolicyDocument=trust(mallory.arn, "sts:TagSession"))
    made.put_role_policy(RoleName="deployer", PolicyName="all", PolicyDocument=ANY)
    return made


@pytest.fixture
def sts(iam: Any, mallory: Person, aws_as: MakeClient) -> Any:
    return aws_as(mallory, service="sts")


def assumed(sts: Any, *, service: str = "secretsmanager", **more: Any) -> Any:
    found = sts.assume_role(RoleArn=ROLE, RoleSessionName="run-7", **more)["Credentials"]
    key = NewAccessKey(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    return client(key, service=service)


def test_the_session_is_the_role(sts: Any) -> None:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/run-7"

    answer = sts.assume_role(RoleArn=ROLE, RoleSessionName="run-7")

    assert answer["AssumedRoleUser"]["Arn"] == arn
    assert assumed(sts, service="sts").get_caller_identity()["Arn"] == arn
    assumed(sts).list_secrets()


@pytest.mark.parametrize(
    "more", [{"Policy": factories.READING}, {"PolicyArns": [{"arn": READ_ONLY}]}], ids=["inline", "managed"]
)
def test_session_policies_narrow_it(sts: Any, more: dict[str, Any]) -> None:
    given = {name: json.dumps(value) if name == "Policy" else value for name, value in more.items()}

    session = assumed(sts, **given)

    session.list_secrets()
    refusal = refused(session.create_secret, Name="a", SecretString="b")
    assert refusal.message.endswith("because no session policy allows the secretsmanager:CreateSecret action")


@pytest.mark.parametrize("arn", [ROLE, ROLE + "-that-is-not-there"])
def test_who_is_not_trusted_does_not_learn_whether_the_role_exists(
    iam: Any, bob: Person, aws_as: MakeClient, arn: str
) -> None:
    refusal = refused(aws_as(bob, service="sts").assume_role, status=403, RoleArn=arn, RoleSessionName="run-7")

    assert refusal == (
        "AccessDenied",
        f"User: {bob.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}",
    )


def test_trust_in_an_account_takes_a_permission_too(iam: Any, bob: Person, aws_as: MakeClient) -> None:
    iam.update_assume_role_policy(RoleName="deployer", PolicyDocument=trust(ACCOUNT))
    as_bob = aws_as(bob, service="sts")
    assert refused(as_bob.assume_role, status=403, RoleArn=ROLE, RoleSessionName="run-7").code == "AccessDenied"

    iam.put_user_policy(UserName="bob", PolicyName="all", PolicyDocument=ANY)

    as_bob.assume_role(RoleArn=ROLE, RoleSessionName="run-7")


def test_an_external_id_can_be_asked_for(iam: Any, sts: Any, mallory: Person) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "12345"}}
    iam.update_assume_role_policy(RoleName="deployer", PolicyDocument=trust(mallory.arn, Condition=condition))

    assumed(sts, ExternalId="12345")

    assert refused(sts.assume_role, status=403, RoleArn=ROLE, RoleSessionName="run-7").code == "AccessDenied"


def test_session_tags_count_in_policies(iam: Any, sts: Any) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    statement = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*", "Condition": condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName="deployer", PolicyName="all", PolicyDocument=document)

    assumed(sts, Tags=[{"Key": "team", "Value": "blue"}]).list_secrets()

    assert refused(assumed(sts).list_secrets).code == "AccessDeniedException"


REFUSED = [
    ({"DurationSeconds": 3601}, 400, "ValidationError"),
    ({"Policy": "{}"}, 400, "MalformedPolicyDocument"),
    ({"PolicyArns": [{"arn": READ_ONLY + "None"}]}, 404, "NoSuchEntity"),
    ({"SerialNumber": "GAHT12345678", "TokenCode": "123456"}, 403, "AccessDenied"),
    ({"SourceIdentity": "mallory"}, 403, "AccessDenied"),
]


@pytest.mark.parametrize(("more", "status", "code"), REFUSED)
def test_what_is_refused(sts: Any, more: dict[str, Any], status: int, code: str) -> None:
    before = AccessKey.objects.count()

    refusal = refused(sts.assume_role, status=status, RoleArn=ROLE, RoleSessionName="run-7", **more)

    assert refusal.code == code
    assert AccessKey.objects.count() == before


def test_a_chain_lasts_an_hour_at_most(iam: Any, sts: Any) -> None:
    iam.update_role(RoleName="deployer", MaxSessionDuration=7200)
    iam.update_assume_role_policy(RoleName="deployer", PolicyDocument=trust(ACCOUNT))
    iam.put_user_policy(UserName="mallory", PolicyName="all", PolicyDocument=ANY)
    chained = assumed(sts, service="sts", DurationSeconds=7200)

    chained.assume_role(RoleArn=ROLE, RoleSessionName="next", DurationSeconds=3600)

    refusal = refused(chained.assume_role, RoleArn=ROLE, RoleSessionName="next", DurationSeconds=3601)
    assert "role chaining" in refusal.message
