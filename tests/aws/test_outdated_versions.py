"""Versions without labels, many versions, and ListSecretVersionIds. Facts: api.md 4.5, 4.7, 4.8 and 5.7."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from secrets_app import quotas
from secrets_app.models import SecretVersion
from tests import factories
from tests.aws.sentences import NOT_FOUND, no_version
from tests.aws.wire import Refusal, refused


def fill(aws: Any, count: int) -> list[str]:
    """prod/db with as many versions; their ids, oldest first."""
    ids = [f"{number:032}" for number in range(count)]
    aws.create_secret(Name="prod/db", SecretString="value 0", ClientRequestToken=ids[0])
    for number in range(1, count):
        aws.put_secret_value(SecretId="prod/db", SecretString=f"value {number}", ClientRequestToken=ids[number])
    return ids


def listed(aws: Any, **members: Any) -> list[dict[str, Any]]:
    return list(aws.list_secret_version_ids(SecretId="prod/db", **members)["Versions"])


def pages(aws: Any, **members: Any) -> Iterator[list[str]]:
    """boto3 has no paginator for them."""
    token: dict[str, str] = {}
    while True:
        reply = aws.list_secret_version_ids(SecretId="prod/db", **members, **token)
        yield [version["VersionId"] for version in reply["Versions"]]
        if "NextToken" not in reply:
            return
        token = {"NextToken": reply["NextToken"]}


def days_pass(days: int) -> None:
    for version in SecretVersion.objects.all():
        version.created_at -= timedelta(days=days)
        version.save(update_fields=["created_at"])


def test_outdated_versions_are_hidden_but_there(aws: Any) -> None:
    """Recorded: not in DescribeSecret, listed only on request and then without VersionStages; readable by id."""
    ids = fill(aws, 4)

    assert set(aws.describe_secret(SecretId="prod/db")["VersionIdsToStages"]) == set(ids[2:])
    assert [version["VersionId"] for version in listed(aws)] == [ids[3], ids[2]]
    assert [version["VersionId"] for version in listed(aws, IncludeDeprecated=False)] == [ids[3], ids[2]]
    with_outdated = listed(aws, IncludeDeprecated=True)
    assert [version["VersionId"] for version in with_outdated] == ids[::-1]
    assert [version.get("VersionStages") for version in with_outdated] == [["AWSCURRENT"], ["AWSPREVIOUS"], None, None]
    reply = aws.get_secret_value(SecretId="prod/db", VersionId=ids[0])
    assert (reply["SecretString"], "VersionStages" in reply) == ("value 0", False)


def test_a_label_brings_an_outdated_version_back(aws: Any) -> None:
    ids = fill(aws, 3)

    aws.update_secret_version_stage(SecretId="prod/db", VersionStage="KEEP", MoveToVersionId=ids[0])

    assert [version["VersionId"] for version in listed(aws)] == ids[::-1]


def test_an_entry_has_what_there_is_and_nothing_else(aws: Any) -> None:
    """Recorded: KmsKeyIds on every version, LastAccessedDate on those that were read."""
    ids = fill(aws, 2)
    aws.get_secret_value(SecretId="prod/db", VersionStage="AWSPREVIOUS")

    reply = aws.list_secret_version_ids(SecretId="prod/db")

    assert set(reply) - {"ResponseMetadata"} == {"ARN", "Name", "Versions"}
    assert (reply["ARN"], reply["Name"]) == (aws.describe_secret(SecretId="prod/db")["ARN"], "prod/db")
    newer, older = reply["Versions"]
    assert set(newer) == {"VersionId", "VersionStages", "CreatedDate", "KmsKeyIds"}
    assert set(older) == {"VersionId", "VersionStages", "CreatedDate", "KmsKeyIds", "LastAccessedDate"}
    assert (older["VersionId"], older["KmsKeyIds"]) == (ids[0], ["DefaultEncryptionKey"])
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert older["LastAccessedDate"] == today
    assert newer["CreatedDate"] > older["CreatedDate"]


def test_by_arn_and_by_partial_arn(aws: Any) -> None:
    fill(aws, 1)
    arn = aws.describe_secret(SecretId="prod/db")["ARN"]

    assert [aws.list_secret_version_ids(SecretId=asked)["ARN"] for asked in (arn, arn[:-7])] == [arn, arn]


def test_each_version_names_the_keys_it_opens_with(aws: Any) -> None:
    """The key it was written under; after a change of key the new one as well, where a label holds it."""
    first, second = factories.make_key("alias/first"), factories.make_key("alias/second")
    aws.create_secret(Name="prod/db", SecretString="one", ClientRequestToken="1" * 32)
    aws.update_secret(SecretId="prod/db", KmsKeyId=first.key_id, SecretString="two", ClientRequestToken="2" * 32)
    aws.update_secret(SecretId="prod/db", KmsKeyId=second.arn, ClientRequestToken="x" * 32)
    aws.put_secret_value(SecretId="prod/db", SecretString="three", ClientRequestToken="3" * 32)

    keys = {version["VersionId"][0]: set(version["KmsKeyIds"]) for version in listed(aws, IncludeDeprecated=True)}

    assert keys == {
        "1": {"DefaultEncryptionKey", first.arn, second.arn},
        "2": {first.arn, second.arn},
        "3": {second.arn},
    }


def test_what_a_secret_without_versions_and_what_no_secret_answers(aws: Any) -> None:
    aws.create_secret(Name="empty")

    assert aws.list_secret_version_ids(SecretId="empty")["Versions"] == []
    assert refused(aws.list_secret_version_ids, SecretId="nope") == NOT_FOUND


# --- pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outdated", [True, False])
@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_pages_hold_every_version_once_newest_first(aws: Any, size: int, outdated: bool) -> None:
    ids = fill(aws, 7)
    found = list(pages(aws, MaxResults=size, IncludeDeprecated=outdated))

    expected = ids[::-1] if outdated else ids[:-3:-1]
    assert [version_id for page in found for version_id in page] == expected
    assert all(len(page) == size for page in found[:-1])


def test_a_page_takes_as_many_statements_for_fifty_versions_as_for_one(
    aws: Any, django_assert_max_num_queries: Any
) -> None:
    fill(aws, 50)

    with django_assert_max_num_queries(9) as asked:  # key, principal and policies, secret, three for the page, audit
        listed(aws, IncludeDeprecated=True)

    of_versions = [query["sql"] for query in asked.captured_queries if "secretversion" in query["sql"]]
    assert of_versions
    assert not any("ciphertext" in sql or "wrapped_material" in sql for sql in of_versions)


# --- pruning -----------------------------------------------------------------------------------------------


def test_outdated_versions_make_room_once_they_are_a_day_old(aws: Any) -> None:
    """Documented: above 100, none younger than 24 hours. Labelled ones never go."""
    ids = fill(aws, 100)
    assert (len(listed(aws, IncludeDeprecated=True)), list(pages(aws))) == (100, [ids[:-3:-1]])
    aws.update_secret_version_stage(SecretId="prod/db", VersionStage="KEEP", MoveToVersionId=ids[0])
    refusal = refused(aws.put_secret_value, SecretId="prod/db", SecretString="x")
    assert refusal.code == "LimitExceededException"

    days_pass(2)
    newest = aws.put_secret_value(SecretId="prod/db", SecretString="new")["VersionId"]

    with_outdated = {version["VersionId"] for version in listed(aws, IncludeDeprecated=True)}
    assert with_outdated == {newest, *ids} - {ids[1]}
    assert refused(aws.get_secret_value, SecretId="prod/db", VersionId=ids[1]) == no_version(ids[1])
    assert aws.get_secret_value(SecretId="prod/db", VersionStage="KEEP")["SecretString"] == "value 0"


def test_a_version_that_was_pruned_frees_its_token(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "VERSIONS", 5)
    ids = fill(aws, 5)
    days_pass(2)
    aws.put_secret_value(SecretId="prod/db", SecretString="new")

    reply = aws.put_secret_value(SecretId="prod/db", SecretString="another", ClientRequestToken=ids[0])

    assert reply["VersionStages"] == ["AWSCURRENT"]


def test_a_full_secret_still_takes_a_repeated_request(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "VERSIONS", 5)
    ids = fill(aws, 5)

    reply = aws.put_secret_value(SecretId="prod/db", SecretString="value 4", ClientRequestToken=ids[4])

    assert reply["VersionId"] == ids[4]
    assert refused(aws.update_secret, SecretId="prod/db", SecretString="x") == Refusal(
        "LimitExceededException",
        "The secret has 5 versions that can't be removed yet: versions with a staging label, and versions created "
        "within the last 24 hours, are kept.",
    )
