"""The quotas, each at its figure and one more. Facts: api.md 4.9, 4.11; the figures are in secrets_app/quotas.py."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from secrets_app import quotas, replication
from secrets_app.models import AuditEvent, Secret
from secrets_app.service_model import limits
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.sentences import invalid
from tests.aws.wire import Refusal, refused
from tests.factories import Person


def exceeded(message: str) -> Refusal:
    return Refusal("LimitExceededException", message)


NO_MORE = exceeded("The account has 3 secrets in us-west-2, as many as it may have.")


@pytest.fixture
def three_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as an account may have in a Region."""
    monkeypatch.setattr(quotas, "SECRETS", 3)


def test_the_figures_are_the_documented_ones() -> None:
    assert (quotas.SECRETS, quotas.VERSIONS, quotas.LABELS, quotas.TAGS) == (500_000, 100, 20, 50)
    assert quotas.VALUE_BYTES == limits("PutSecretValue", "SecretString").max_length == 65_536
    assert quotas.POLICY_CHARACTERS == limits("PutResourcePolicy", "ResourcePolicy").max_length == 20_480


# --- secrets ---------------------------------------------------------------------------------------------


def test_secrets_of_a_region(aws: Any, three_secrets: None) -> None:
    """Those marked for deletion count; a forced deletion makes room."""
    for name in ("a", "b", "c"):
        aws.create_secret(Name=name, SecretString="x")
    aws.delete_secret(SecretId="a")

    assert refused(aws.create_secret, Name="d", SecretString="x") == NO_MORE
    assert AuditEvent.objects.order_by("-id")[0].error_code == "LimitExceededException"
    aws.delete_secret(SecretId="b", ForceDeleteWithoutRecovery=True)
    assert aws.create_secret(Name="d", SecretString="x")["Name"] == "d"
    assert refused(aws.create_secret, Name="e") == NO_MORE


def test_other_regions_and_accounts_have_their_own(
    aws: Any, alice: Person, aws_as: MakeClient, three_secrets: None
) -> None:
    elsewhere = aws_as(alice, region="eu-west-1")
    carol = aws_as(factories.make_person("carol", factories.EVERYTHING, account="210987654321"))
    for client in (aws, elsewhere, carol):
        for name in ("a", "b", "c"):
            client.create_secret(Name=name)

    assert refused(aws.create_secret, Name="d") == NO_MORE


def test_a_name_that_is_taken_is_said_first(aws: Any, three_secrets: None) -> None:
    token = "t" * 32
    for name in ("a", "b", "c"):
        aws.create_secret(Name=name, SecretString="x", ClientRequestToken=token)

    assert refused(aws.create_secret, Name="a", SecretString="x").code == "ResourceExistsException"
    assert aws.create_secret(Name="a", SecretString="x", ClientRequestToken=token)["VersionId"] == token


def test_a_replica_takes_a_place_in_its_region(
    aws: Any, alice: Person, aws_as: MakeClient, three_secrets: None
) -> None:
    for name in ("a", "b", "c"):
        aws_as(alice, region="eu-west-1").create_secret(Name=name)
    aws.create_secret(Name="new", SecretString="x", AddReplicaRegions=[{"Region": "eu-west-1"}])

    replication.run_due(datetime.now(UTC), "tests")

    (status,) = aws.describe_secret(SecretId="new")["ReplicationStatus"]
    assert (status["Status"], status["StatusMessage"]) == (
        "Failed",
        "Replication failed: The account has 3 secrets in eu-west-1, as many as it may have.",
    )
    assert Secret.objects.filter(region="eu-west-1").count() == 3


def test_nothing_is_counted_far_from_the_quota(aws: Any, django_assert_num_queries: Any) -> None:
    """Two looks at the ends of an index, in one statement, whatever the number of secrets."""
    for number in range(20):
        aws.create_secret(Name=f"s{number}")

    with django_assert_num_queries(1):
        quotas.check_secrets(factories.ACCOUNT, factories.REGION)


# --- of one secret ---------------------------------------------------------------------------------------


def test_versions(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "VERSIONS", 3)
    aws.create_secret(Name="a", SecretString="0")
    for value in ("1", "2"):
        aws.put_secret_value(SecretId="a", SecretString=value)
    no_more = exceeded(
        "The secret has 3 versions that can't be removed yet: versions with a staging label, and versions created "
        "within the last 24 hours, are kept."
    )

    assert refused(aws.put_secret_value, SecretId="a", SecretString="3") == no_more
    assert refused(aws.update_secret, SecretId="a", SecretString="3", Description="d") == no_more

    assert aws.get_secret_value(SecretId="a")["SecretString"] == "2"
    assert "Description" not in aws.describe_secret(SecretId="a")


def test_staging_labels(aws: Any) -> None:
    """Twenty over all versions, AWSCURRENT and AWSPREVIOUS among them."""
    no_more = exceeded("A secret can have at most 20 staging labels over all its versions.")
    version_id = aws.create_secret(Name="a", SecretString="0")["VersionId"]
    aws.put_secret_value(SecretId="a", SecretString="1", VersionStages=[f"L{number}" for number in range(19)])

    assert (
        refused(aws.update_secret_version_stage, SecretId="a", VersionStage="one more", MoveToVersionId=version_id)
        == no_more
    )
    assert refused(aws.put_secret_value, SecretId="a", SecretString="2") == no_more
    assert refused(aws.put_secret_value, SecretId="a", SecretString="2", VersionStages=["one more"]) == no_more
    assert refused(aws.update_secret, SecretId="a", SecretString="2") == no_more

    assert aws.put_secret_value(SecretId="a", SecretString="2", VersionStages=["L0"])["VersionStages"] == ["L0"]


def test_tags(aws: Any) -> None:
    no_more = exceeded("A secret can have at most 50 tags.")
    fifty = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    one_more = {"Key": "one more", "Value": ""}

    assert refused(aws.create_secret, Name="a", Tags=[*fifty, one_more]) == no_more
    aws.create_secret(Name="a", Tags=fifty)
    assert refused(aws.tag_resource, SecretId="a", Tags=[one_more]) == no_more

    aws.tag_resource(SecretId="a", Tags=[{"Key": "k7", "Value": "other"}])
    aws.untag_resource(SecretId="a", TagKeys=["k8"])
    aws.tag_resource(SecretId="a", Tags=[one_more])
    assert len(aws.describe_secret(SecretId="a")["Tags"]) == 50


@pytest.mark.parametrize("letter", ["x", "é", "秘", "🔐"])
def test_bytes_of_a_value(aws: Any, letter: str) -> None:
    """The documented limit is in bytes; the model counts characters and refuses in the same words."""
    width = len(letter.encode())
    fits = letter * (65_536 // width) + "x" * (65_536 % width)
    aws.create_secret(Name="a", SecretString=fits)

    refusals = [
        refused(aws.create_secret, Name="b", SecretString=fits + "x"),
        refused(aws.put_secret_value, SecretId="a", SecretString=fits + "x"),
        refused(aws.update_secret, SecretId="a", SecretString=fits + "x"),
    ]

    assert refusals == [invalid("Value at 'secretString'", "Member must have length less than or equal to 65536")] * 3
    assert aws.get_secret_value(SecretId="a")["SecretString"] == fits


def test_characters_of_a_policy(aws: Any) -> None:
    aws.create_secret(Name="a")
    statement = {"Effect": "Allow", "Principal": {"AWS": factories.ACCOUNT}, "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    fits = policy + " " * (20_480 - len(policy))

    aws.put_resource_policy(SecretId="a", ResourcePolicy=fits)
    refusals = [
        refused(aws.put_resource_policy, SecretId="a", ResourcePolicy=fits + " "),
        refused(aws.validate_resource_policy, ResourcePolicy=fits + " "),
    ]

    too_long = invalid(f"Value '{fits} ' at 'resourcePolicy'", "Member must have length less than or equal to 20480")
    assert refusals == [too_long] * 2
    assert aws.get_resource_policy(SecretId="a")["ResourcePolicy"] == fits
