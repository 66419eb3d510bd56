"""TagResource and UntagResource: a change of tags that takes the caller's own permission away is refused."""

from collections.abc import Callable

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.models import Secret
from tests import factories

ONLY_THE_BLUE_TEAM = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"}},
        }
    ],
}


@pytest.fixture
def secret(call: Call) -> Secret:
    return factories.make_secret(call, tags=[{"Key": "team", "Value": "blue"}])


@pytest.mark.parametrize(
    "change",
    [
        lambda call: operations.tag_resource(
            call, secret_id="prod/database", tags=[{"Key": "team", "Value": "green"}, {"Key": "x", "Value": "y"}]
        ),
        lambda call: operations.untag_resource(call, secret_id="prod/database", tag_keys=["team"]),
    ],
)
def test_nobody_locks_themselves_out(call: Call, secret: Secret, change: Callable[[Call], None]) -> None:
    carol = factories.make_call(factories.make_person("carol", ONLY_THE_BLUE_TEAM))

    with pytest.raises(AccessDeniedException):
        change(carol)

    tags = operations.describe_secret(call, secret_id=secret.arn).tags
    assert [(tag.key, tag.value) for tag in tags] == [("team", "blue")]


def test_other_tags_may_change(call: Call, secret: Secret) -> None:
    carol = factories.make_call(factories.make_person("carol", ONLY_THE_BLUE_TEAM))

    operations.tag_resource(carol, secret_id=secret.arn, tags=[{"Key": "cost", "Value": "7"}])
    operations.untag_resource(carol, secret_id=secret.arn, tag_keys=["cost"])

    assert [tag.key for tag in operations.describe_secret(call, secret_id=secret.arn).tags] == ["team"]
