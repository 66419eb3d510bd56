"""Tags: the editor sends the difference, and says at the row what is wrong."""

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, Secret
from tests.console.secret.pages import post, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def tagged(call: Call, secret: Secret) -> Secret:
    operations.tag_resource(
        call, secret_id=secret.arn, tags=[{"Key": "team", "Value": "a"}, {"Key": "stage", "Value": "dev"}]
    )
    AuditEvent.objects.all().delete()
    return secret


def tags_of(secret: Secret) -> dict[str, str]:
    return dict(secret.tags.values_list("key", "value"))


def test_added_changed_and_removed_tags_are_saved(signed_in: Client, tagged: Secret) -> None:
    answer = post(signed_in, "secret-tags-edit", tagged, {"tag_key": ["team", "new"], "tag_value": ["b", ""]})

    assert "You successfully updated the tags." in answer.content.decode()
    assert tags_of(tagged) == {"team": "b", "new": ""}


def test_nothing_changed_calls_nothing(signed_in: Client, tagged: Secret) -> None:
    post(signed_in, "secret-tags-edit", tagged, {"tag_key": ["team", "stage"], "tag_value": ["a", "dev"]})

    changes = AuditEvent.objects.filter(event_name__in=["TagResource", "UntagResource"])
    assert not changes.exists()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["team", "team"], "You must specify a unique tag key."),
        (["aws:team", "x"], "Tag keys that begin with aws: are reserved."),
        (["", "x"], "You must specify a tag key."),
        (["k" * 129, "x"], "up to 128 characters"),
    ],
)
def test_wrong_row_is_named_and_everything_typed_is_kept(
    signed_in: Client, tagged: Secret, keys: list[str], message: str
) -> None:
    answer = post(signed_in, "secret-tags-edit", tagged, {"tag_key": keys, "tag_value": ["kept-1", "kept-2"]})

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "kept-1" in answer.content.decode()
    assert "kept-2" in answer.content.decode()
    assert tags_of(tagged) == {"team": "a", "stage": "dev"}


def test_editor_shows_the_tags_there_are(signed_in: Client, tagged: Secret) -> None:
    shown = read(signed_in, "secret-tags-edit", tagged)

    assert 'value="team"' in shown
    assert 'value="dev"' in shown


def test_system_tags_are_shown_and_left_alone(signed_in: Client, tagged: Secret) -> None:
    tagged.tags.create(key="aws:secretsmanager:owningService", value="rds")

    shown = read(signed_in, "secret-tags-edit", tagged)
    post(signed_in, "secret-tags-edit", tagged, {"tag_key": [], "tag_value": []})

    assert 'value="aws:secretsmanager:owningService"' not in shown
    assert tags_of(tagged) == {"aws:secretsmanager:owningService": "rds"}
