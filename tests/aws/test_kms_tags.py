"""Tags of keys by boto3. Texts recorded (api.md 7)."""

from typing import Any

import pytest

from secrets_app.models import KmsKey
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import Refusal, refused
from tests.factories import Person


@pytest.fixture
def kms(alice: Person, aws_as: MakeClient) -> Any:
    return aws_as(alice, service="kms")


def tag(key: str, value: str = "") -> dict[str, str]:
    return {"TagKey": key, "TagValue": value}


def tags_of(kms: Any, key_id: str) -> list[dict[str, str]]:
    return list(kms.list_resource_tags(KeyId=key_id)["Tags"])


def test_a_key_is_made_with_its_tags(kms: Any) -> None:
    key_id = kms.create_key(Tags=[tag("b", "2"), tag("a")])["KeyMetadata"]["KeyId"]

    listed = kms.list_resource_tags(KeyId=key_id)

    assert listed["Tags"] == [tag("a"), tag("b", "2")]
    assert (listed["Truncated"], "NextMarker" in listed) == (False, False)


def test_tags_are_added_overwritten_and_taken_away(kms: Any) -> None:
    key_id = kms.create_key(Tags=[tag("a", "1"), tag("b", "1")])["KeyMetadata"]["KeyId"]

    kms.tag_resource(KeyId=key_id, Tags=[tag("b", "2"), tag("c", "3")])
    kms.untag_resource(KeyId=key_id, TagKeys=["a", "never there"])

    assert tags_of(kms, key_id) == [tag("b", "2"), tag("c", "3")]


def test_tags_are_listed_a_page_at_a_time(kms: Any) -> None:
    key_id = kms.create_key(Tags=[tag(name) for name in "abc"])["KeyMetadata"]["KeyId"]

    first = kms.list_resource_tags(KeyId=key_id, Limit=2)
    second = kms.list_resource_tags(KeyId=key_id, Limit=2, Marker=first["NextMarker"])

    assert (first["Truncated"], second["Truncated"]) == (True, False)
    assert [*first["Tags"], *second["Tags"]] == [tag("a"), tag("b"), tag("c")]


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([tag(str(number)) for number in range(51)], "Too many tags"),
        ([tag("a", "1"), tag("a", "2")], "Duplicate tag keys"),
        ([tag("aws:owner")], "Tags beginning with aws: are reserved"),
        ([tag("AWS:owner")], "Tags beginning with aws: are reserved"),
    ],
    ids=["too many", "duplicate", "reserved", "reserved in capitals"],
)
def test_what_is_refused(kms: Any, tags: list[dict[str, str]], message: str) -> None:
    assert refused(kms.create_key, Tags=tags) == Refusal("TagException", message)
    assert not KmsKey.objects.exists()

    key = factories.make_key()
    assert refused(kms.tag_resource, KeyId=key.key_id, Tags=tags) == Refusal("TagException", message)
    assert tags_of(kms, key.key_id) == []


def test_fifty_is_the_limit_also_in_two_steps(kms: Any) -> None:
    key_id = kms.create_key(Tags=[tag(str(number)) for number in range(50)])["KeyMetadata"]["KeyId"]

    assert refused(kms.tag_resource, KeyId=key_id, Tags=[tag("one more")]) == Refusal("TagException", "Too many tags")
    kms.tag_resource(KeyId=key_id, Tags=[tag("7", "changed")])
    assert len(tags_of(kms, key_id)) == 50


def test_a_policy_may_go_by_the_tags_of_the_key(kms: Any, aws_as: MakeClient) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "orders"}},
        },
    }
    of_orders = aws_as(factories.make_person("carol", policy), service="kms")
    ours = kms.create_key(Tags=[tag("team", "orders")])["KeyMetadata"]["KeyId"]
    theirs = kms.create_key(Tags=[tag("team", "billing")])["KeyMetadata"]["KeyId"]

    blob = of_orders.encrypt(KeyId=ours, Plaintext=b"x")["CiphertextBlob"]
    assert of_orders.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert refused(of_orders.encrypt, KeyId=theirs, Plaintext=b"x").code == "AccessDeniedException"


def test_tags_of_a_key_pending_deletion_stay_as_they_are(kms: Any) -> None:
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key_id)

    assert refused(kms.tag_resource, KeyId=key_id, Tags=[tag("a")]).code == "KMSInvalidStateException"
    assert refused(kms.untag_resource, KeyId=key_id, TagKeys=["a"]).code == "KMSInvalidStateException"
