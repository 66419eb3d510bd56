"""What the list shows beside ListSecrets."""

from collections.abc import Callable

import pytest

from secrets_app import operations, overview, regions
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from tests.factories import Person, make_call, make_person, make_secret

pytestmark = pytest.mark.django_db


def test_scheduled_for_deletion_are_counted_no_further_than_asked(call: Call) -> None:
    make_secret(call, "stays")
    for name in ("one", "two", "three"):
        operations.delete_secret(call, secret_id=make_secret(call, name).arn)

    assert overview.scheduled_for_deletion(call, most=10) == 3
    assert overview.scheduled_for_deletion(call, most=1) == 2


def test_count_is_of_the_region(call: Call, make_call: Callable[..., Call]) -> None:
    ireland = make_call(region="eu-west-1")
    operations.delete_secret(ireland, secret_id=make_secret(ireland, "one").arn)

    assert overview.scheduled_for_deletion(call, most=10) == 0


def test_count_needs_list_secrets(mallory: Person) -> None:
    with pytest.raises(AccessDeniedException, match="secretsmanager:ListSecrets"):
        overview.scheduled_for_deletion(make_call(mallory), most=10)


def test_regions_that_hold_secrets(call: Call, make_call: Callable[..., Call]) -> None:
    for region, name in (("us-west-2", "one"), ("eu-west-1", "two"), ("us-west-2", "three")):
        make_secret(make_call(region=region), name)

    assert overview.regions_with_secrets(call) == overview.Regions(["eu-west-1", "us-west-2"], [])


def test_regions_one_may_not_list_are_denied_whether_or_not_they_hold_any(make_call: Callable[..., Call]) -> None:
    make_secret(make_call(region="eu-west-1"), "hidden")
    make_secret(make_call(), "seen")
    condition = {"StringEquals": {"aws:RequestedRegion": ["us-west-2", "us-east-1"]}}
    statement = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*", "Condition": condition}
    carol = make_person("carol", {"Version": "2012-10-17", "Statement": [statement]})

    found = overview.regions_with_secrets(make_call(carol))

    assert found.listed == ["us-west-2"]
    assert len(found.denied) == len(regions.REGIONS) - 2


def test_denied_everywhere_is_refused(mallory: Person) -> None:
    with pytest.raises(AccessDeniedException):
        overview.regions_with_secrets(make_call(mallory))
