"""/_secrets_console/: who this server is, a clean start, and posted contents. The addresses and forms are ours."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from console import settings as console_settings
from secrets_app import VERSION, accounts, demo, operations, principals
from secrets_app.aws_json import targets
from secrets_app.models import (
    Account,
    AuditEvent,
    KeyAlias,
    KmsKey,
    ResourcePolicy,
    RotationConfiguration,
    Secret,
    SecretVersion,
)
from secrets_app.principals import NewAccessKey, create_access_key
from tests import factories
from tests.aws.wire import ENDPOINT, Answer, Wire, client, send
from tests.factories import ACCOUNT, NOW, Person

OTHER = "111122223333"


@pytest.fixture
def admin(db: None) -> NewAccessKey:
    """The administrator of the seeded demo account, as the credentials file has it."""
    demo.seed(NOW, password="the administrator's")
    key = demo.new_access_key("admin", NOW)
    assert key is not None
    return key


def post(key: NewAccessKey, name: str, document: Any = None, **more: Any) -> Answer:
    body = b"" if document is None else json.dumps(document).encode()
    return Wire(key, region=more.pop("region", "us-west-2")).post(
        "", body=more.pop("body", body), url=f"{ENDPOINT}/_secrets_console/{name}", **more
    )


def refusal(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.error, answer.json["Message"]


def names() -> set[str]:
    return set(Secret.objects.filter(account=ACCOUNT).values_list("name", flat=True))


# --- info --------------------------------------------------------------------------------------------------


def test_info_is_for_anybody_and_tells_nothing_of_what_is_stored(db: None) -> None:
    answer = send("GET", ENDPOINT + "/_secrets_console/info", {}, b"")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {
        "Name": "Secrets Console",
        "Version": VERSION,
        "Account": "123456789012",
        "HomeRegion": "us-west-2",
        "Auth": "strict",
        "Demo": True,
        "Database": connection.vendor,
    }


def test_the_version_is_that_of_the_project() -> None:
    project = (Path(console_settings.__file__).parents[1] / "pyproject.toml").read_text()

    assert f'\nversion = "{VERSION}"\n' in project


@pytest.mark.parametrize(
    ("method", "name", "status"),
    [("POST", "info", 405), ("GET", "reset", 405), ("GET", "seed", 405), ("GET", "x", 404)],
)
def test_other_addresses_and_methods(db: None, method: str, name: str, status: int) -> None:
    assert send(method, f"{ENDPOINT}/_secrets_console/{name}", {}, b"").status == status


# --- who may -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["reset", "seed"])
def test_without_a_signature_it_is_refused(admin: NewAccessKey, name: str) -> None:
    before = names()

    answer = send("POST", f"{ENDPOINT}/_secrets_console/{name}", {}, b"")

    assert answer.error == "MissingAuthenticationTokenException"
    assert names() == before


@pytest.mark.parametrize(("name", "event"), [("reset", "ResetDemo"), ("seed", "SeedDemo")])
def test_it_is_for_whoever_may_do_everything(admin: NewAccessKey, bob: Person, name: str, event: str) -> None:
    before = names()

    answer = post(bob.access_key, name, {"Secrets": []})

    assert refusal(answer) == (
        400,
        "AccessDeniedException",
        f"User: {bob.arn} is not authorized to perform: secretsconsole:{event} because no identity-based policy allows "
        f"the secretsconsole:{event} action",
    )
    assert names() == before
    recorded = AuditEvent.objects.get(event_name=event)
    assert (recorded.principal_arn, recorded.error_code) == (bob.arn, "AccessDeniedException")


@pytest.mark.parametrize("name", ["reset", "seed"])
def test_an_administrator_of_an_account_that_is_no_demo_may_not(admin: NewAccessKey, name: str) -> None:
    carol = factories.make_person("carol", factories.EVERYTHING, account=OTHER)
    before = names()

    answer = post(carol.access_key, name)

    assert answer.error == "AccessDeniedException"
    assert names() == before


@pytest.mark.parametrize("name", ["reset", "seed"])
def test_without_a_demo_there_is_none(admin: NewAccessKey, settings: Any, name: str) -> None:
    settings.DEMO = False
    before = names()

    answer = post(admin, name)

    assert answer.error == "AccessDeniedException"
    assert "DEMO=0" in answer.json["Message"]
    assert names() == before


# --- reset -------------------------------------------------------------------------------------------------


def test_a_reset_is_the_first_start_again(admin: NewAccessKey) -> None:
    aws, kms = client(admin), client(admin, service="kms")
    before = names()
    example = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
    aws.create_secret(
        Name="mine", SecretString="a value", KmsKeyId=example, AddReplicaRegions=[{"Region": "eu-west-1"}]
    )
    aws.put_secret_value(SecretId="MyTestSecret", SecretString="changed")
    aws.delete_secret(SecretId="dev/feature-flags", ForceDeleteWithoutRecovery=True)
    kms.create_alias(AliasName="alias/mine", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    kms.disable_key(KeyId=example)

    answer = post(admin, "reset")

    assert answer.status == 200, answer.body
    assert answer.json == {"Account": ACCOUNT, "Keys": 4, "Secrets": Secret.objects.filter(account=ACCOUNT).count()}
    rds = {name for name in before if name.startswith("rds!")}
    assert {name for name in names() if not name.startswith("rds!")} == before - rds
    assert set(json.loads(aws.get_secret_value(SecretId="MyTestSecret")["SecretString"])) == {"user", "password"}
    assert not KeyAlias.objects.filter(name="alias/mine").exists()
    assert kms.describe_key(KeyId=example)["KeyMetadata"]["Enabled"]


def test_who_worked_with_it_goes_on_with_it(admin: NewAccessKey, bob: Person) -> None:
    viewer = principals.user_by_name(ACCOUNT, "viewer")
    administrator = principals.user_by_name(ACCOUNT, "admin")
    assert viewer is not None
    assert administrator is not None
    key = create_access_key(viewer, NOW)
    session = administrator.get_session_auth_hash()

    assert post(admin, "reset").status == 200

    assert client(key).get_secret_value(SecretId="prod/AppBeta/api-key")["SecretString"]
    assert client(bob.access_key).list_secrets()["SecretList"]
    administrator.refresh_from_db()
    assert administrator.get_session_auth_hash() == session


def test_a_reset_is_on_record_and_so_is_all_before_it(admin: NewAccessKey) -> None:
    client(admin).get_random_password()
    before = set(AuditEvent.objects.values_list("pk", flat=True))

    answer = post(admin, "reset", {"Secrets": [{"Name": "a", "SecretString": "not for the trail"}]})

    assert before <= set(AuditEvent.objects.values_list("pk", flat=True))
    event = AuditEvent.objects.get(event_name="ResetDemo")
    assert (event.access_key_id, event.door, event.error_code) == (admin.access_key_id, "api", "")
    assert (event.event_source, event.read_only) == ("secretsconsole", False)
    assert event.request_id == answer.headers["x-amzn-requestid"]
    assert json.loads(event.request_parameters) == {"Secrets": [{"Name": "a"}]}


def test_accounts_made_by_use_are_emptied_and_others_are_not(admin: NewAccessKey) -> None:
    made = accounts.administrator_by_use(OTHER, OTHER, NOW)
    assert made is not None
    factories.make_secret(factories.make_call(made), "of-a-test-suite")
    carol = factories.make_person("carol", factories.EVERYTHING, account="444455556666")
    factories.make_secret(factories.make_call(carol), "of-another-account")

    assert post(admin, "reset").status == 200

    assert not Secret.objects.filter(account=OTHER).exists()
    assert not KmsKey.objects.filter(account=OTHER).exists()
    assert Secret.objects.filter(account="444455556666").count() == 1
    assert Account.objects.filter(pk=OTHER).exists()


def test_a_key_that_another_account_needs_is_left(admin: NewAccessKey) -> None:
    """Its secrets could not be read any more."""
    carol = factories.make_person("carol", factories.EVERYTHING, account="444455556666")
    theirs = factories.make_secret(factories.make_call(carol), "of-another-account")
    example = KmsKey.objects.get(key_id="EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE")
    Secret.objects.filter(pk=theirs.pk).update(kms_key=example, kms_key_id_given=example.arn)

    assert post(admin, "reset").status == 200

    theirs.refresh_from_db()
    assert theirs.kms_key == example
    assert KmsKey.objects.filter(key_id=example.key_id).count() == 1
    assert KeyAlias.objects.get(name="alias/demo/my-test-key").kms_key == example


def test_a_reset_with_contents_has_those_instead(admin: NewAccessKey) -> None:
    assert post(admin, "reset", {"Secrets": [{"Name": "only/this", "SecretString": "a value"}]}).json == {
        "Account": ACCOUNT,
        "Keys": 0,
        "Secrets": 1,
    }
    assert names() == {"only/this"}

    assert post(admin, "reset", {"Secrets": []}).json["Secrets"] == 0
    assert names() == set()


def test_a_reset_whose_contents_are_refused_changes_nothing(admin: NewAccessKey) -> None:
    before = set(Secret.objects.values_list("pk", flat=True))

    answer = post(admin, "reset", {"Secrets": [{"Name": "good"}, {"Name": "not good?"}]})

    assert answer.status == 400
    assert set(Secret.objects.values_list("pk", flat=True)) == before
    assert AuditEvent.objects.get(event_name="ResetDemo").error_code == "ValidationException"


def test_a_call_whose_ground_was_removed_is_made_again(admin: NewAccessKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reset comes between the statements of a call that is under way; its row, read a moment ago, is gone."""
    real = targets.find("secretsmanager.DescribeSecret")
    interrupted: list[Secret] = []
    assert real is not None
    assert real.run is not None
    run = real.run

    def run_and_be_interrupted(call: Any, **arguments: Any) -> Any:
        if not interrupted:
            interrupted.append(Secret.objects.get(name="MyTestSecret"))
            assert post(admin, "reset").status == 200
            interrupted[0].refresh_from_db()
        return run(call, **arguments)

    monkeypatch.setitem(
        targets._targets(),
        "secretsmanager.DescribeSecret",
        targets.Target(real.service, real.model, run_and_be_interrupted, real.reply),
    )

    described = client(admin).describe_secret(SecretId="MyTestSecret")

    assert described["ARN"] == Secret.objects.get(name="MyTestSecret").arn != interrupted[0].arn


# --- seed --------------------------------------------------------------------------------------------------

EVERYTHING_THERE_IS = {
    "Keys": [
        {
            "Alias": "alias/shop",
            "Description": "Secrets of the shop",
            "Tags": [{"TagKey": "Team", "TagValue": "shop"}],
        },
        {"Alias": "alias/shop", "Region": "eu-west-1"},
    ],
    "Secrets": [
        {
            "Name": "shop/database",
            "Description": "Of the shop",
            "KmsKeyId": "alias/shop",
            "SecretString": {"username": "shop", "password": "first"},
            "Versions": [
                {"SecretString": {"username": "shop", "password": "second"}},
                {"SecretString": "blue", "VersionStages": ["blue"]},
            ],
            "Tags": [{"Key": "Team", "Value": "shop"}],
            "AddReplicaRegions": [{"Region": "eu-west-1", "KmsKeyId": "alias/shop"}],
            "ResourcePolicy": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                        "Action": "secretsmanager:GetSecretValue",
                        "Resource": "*",
                    }
                ],
            },
        },
        {"Name": "shop/certificate", "Region": "eu-central-1", "SecretBinary": "AAECAw=="},
        {
            "Name": "shop/rotated",
            "SecretString": {"password": "first"},
            "Rotation": {
                "RotationLambdaARN": f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:SecretsManagerRandomPassword",
                "RotationRules": {"AutomaticallyAfterDays": 30},
                "RotateImmediately": False,
            },
        },
        {"Name": "shop/later"},
    ],
}


def test_everything_that_can_be_seeded(admin: NewAccessKey) -> None:
    answer = post(admin, "seed", EVERYTHING_THERE_IS)

    assert answer.status == 200, answer.body
    aws = client(admin)
    database = aws.describe_secret(SecretId="shop/database")
    assert (database["KmsKeyId"], database["Tags"]) == ("alias/shop", [{"Key": "Team", "Value": "shop"}])
    assert json.loads(aws.get_secret_value(SecretId="shop/database")["SecretString"])["password"] == "second"
    previous = aws.get_secret_value(SecretId="shop/database", VersionStage="AWSPREVIOUS")["SecretString"]
    assert json.loads(previous)["password"] == "first"
    assert aws.get_secret_value(SecretId="shop/database", VersionStage="blue")["SecretString"] == "blue"
    assert [replica["Region"] for replica in database["ReplicationStatus"]] == ["eu-west-1"]
    assert json.loads(ResourcePolicy.objects.get(secret__name="shop/database").document)["Statement"]
    elsewhere = client(admin, region="eu-central-1").get_secret_value(SecretId="shop/certificate")
    assert elsewhere["SecretBinary"] == b"\0\1\2\3"
    assert RotationConfiguration.objects.get(secret__name="shop/rotated").automatically_after_days == 30
    assert not SecretVersion.objects.filter(secret__name="shop/later").exists()
    keys = KeyAlias.objects.filter(name="alias/shop").values_list("region", flat=True)
    assert set(keys) == {"us-west-2", "eu-west-1"}


def test_it_goes_through_the_operations_in_the_name_of_who_asked(admin: NewAccessKey) -> None:
    answer = post(admin, "seed", {"Secrets": [{"Name": "a", "SecretString": "not for the trail"}]})

    made = AuditEvent.objects.filter(request_id=answer.headers["x-amzn-requestid"]).order_by("pk")
    assert [event.event_name for event in made] == ["CreateSecret", "SeedDemo"]
    assert {event.access_key_id for event in made} == {admin.access_key_id}
    assert not any("not for the trail" in event.request_parameters for event in made)


def test_it_is_for_the_region_of_the_request(admin: NewAccessKey) -> None:
    post(admin, "seed", {"Secrets": [{"Name": "a"}]}, region="sa-east-1")

    assert Secret.objects.get(name="a").region == "sa-east-1"


def test_an_empty_body_is_for_the_examples(admin: NewAccessKey) -> None:
    post(admin, "reset", {"Secrets": []})

    assert post(admin, "seed").status == 200

    assert "MyTestSecret" in names()
    again = refusal(post(admin, "seed"))
    assert again[:2] == (400, "ResourceExistsException")


@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        (["a list"], "SerializationException", "The body must be a JSON object."),
        ({"Secret": []}, "ValidationException", "There is no member 'Secret'; there are Keys, Secrets."),
        (
            {"Secrets": [{"Name": "a"}, {"Nmae": "b"}]},
            "ValidationException",
            "There is no member 'Nmae' at 'Secrets.2.member'; there are Name, Region, Description, KmsKeyId, "
            "SecretString, SecretBinary, Versions, Tags, AddReplicaRegions, ResourcePolicy, Rotation.",
        ),
        (
            {"Secrets": [{"SecretString": "a"}]},
            "ValidationException",
            "1 validation error detected: Value null at 'secrets.1.member.name' failed to satisfy constraint: "
            "Member must not be null",
        ),
        ({"Secrets": "all"}, "SerializationException", "Expected the start of a list."),
        (
            {"Secrets": [{"Name": "a", "SecretString": 7}]},
            "SerializationException",
            "class java.lang.Integer can not be converted to an String",
        ),
        (
            {"Secrets": [{"Name": "a"}, {"Name": "a"}]},
            "ResourceExistsException",
            "secrets.2.member (a): The operation failed because the secret a already exists.",
        ),
        (
            {"Secrets": [{"Name": "a", "Region": "nowhere-1"}]},
            "ValidationException",
            "secrets.1.member (a): 'nowhere-1' is not a Region.",
        ),
        (
            {"Keys": [{"Alias": "shop"}]},
            "ValidationException",
            'keys.1.member (shop): Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        ),
        (
            {"Secrets": [{"Name": "a", "KmsKeyId": "alias/none"}]},
            "InvalidParameterException",
            "secrets.1.member (a): The operation failed because of an invalid KMS key: Invalid keyId",
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(
    admin: NewAccessKey, document: Any, code: str, message: str
) -> None:
    before = names(), KmsKey.objects.count()

    answer = post(admin, "seed", document)

    assert (answer.error, answer.json["Message"]) == (code, message)
    assert (names(), KmsKey.objects.count()) == before
    assert AuditEvent.objects.filter(event_name="SeedDemo", error_code=code).count() == 1


def test_what_is_no_json_is_told_where(admin: NewAccessKey) -> None:
    answer = post(admin, "seed", body=b'{"Secrets": [\n  {"Name" "a"}]}')

    assert refusal(answer) == (400, "SerializationException", "The body is not JSON: see line 2, column 11.")


def test_a_value_is_in_no_refusal(admin: NewAccessKey) -> None:
    too_long = "hunter2" * 10_000

    answer = post(admin, "seed", {"Secrets": [{"Name": "a", "SecretString": too_long}]})

    assert answer.status == 400
    assert b"hunter2" not in answer.body
    assert not any("hunter2" in event.request_parameters + event.error_message for event in AuditEvent.objects.all())


def test_a_body_over_the_limit_is_refused(admin: NewAccessKey) -> None:
    answer = post(admin, "seed", body=b" " * (1024 * 1024 + 1))

    assert answer.status == 413


# --- a first start -----------------------------------------------------------------------------------------


def test_with_demo_off_the_account_starts_empty(db: None, settings: Any) -> None:
    settings.DEMO = False

    demo.seed(NOW, password="the administrator's")

    assert not Secret.objects.exists()
    admin = principals.user_by_name(ACCOUNT, "admin")
    assert admin is not None
    call = factories.make_call(principals.identity(admin))
    assert operations.create_secret(call, name="first", client_request_token="t" * 32).secret.name == "first"
