"""Tags: the editor sends the difference, and says at the row what is wrong."""

from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, Secret
from tests.console.secret.pages import allowing, post, read
from tests.factories import Person, make_person

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
    answer = post(signed_in, "secret-tags-edit", tagged, {"tag_key": ["team", "stage"], "tag_value": ["a", "dev"]})

    assert "There was nothing to change." in answer.content.decode()
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


def test_no_tags_invite_to_add_some(signed_in: Client, secret: Secret) -> None:
    shown = read(signed_in, "secret", secret, tab="tags")

    assert "No tags" in shown
    assert "Add tags" in shown


def test_refused_first_step_changes_nothing_and_keeps_what_was_typed(sign_in: Any, bob: Person, tagged: Secret) -> None:
    answer = post(sign_in(bob), "secret-tags-edit", tagged, {"tag_key": ["typed"], "tag_value": ["by bob"]})

    assert answer.status_code == 422
    assert "is not authorized to perform: secretsmanager:TagResource" in answer.content.decode()
    assert "by bob" in answer.content.decode()
    assert tags_of(tagged) == {"team": "a", "stage": "dev"}


def test_refused_second_step_is_told_apart_from_what_was_saved(sign_in: Any, tagged: Secret) -> None:
    """Two operations make one save: who may add but not remove must learn exactly what happened."""
    tagger = make_person("tagger", allowing("secretsmanager:DescribeSecret", "secretsmanager:TagResource"))

    answer = post(sign_in(tagger), "secret-tags-edit", tagged, {"tag_key": ["team", "new"], "tag_value": ["a", "x"]})

    shown = answer.content.decode()
    assert "Saved: new." in shown
    assert "Not removed: stage. User: " in shown
    assert "is not authorized to perform: secretsmanager:UntagResource" in shown
    assert tags_of(tagged) == {"team": "a", "stage": "dev", "new": "x"}


def test_full_house_swaps_one_tag_for_another(signed_in: Client, call: Call, secret: Secret) -> None:
    """With 50 tags there is room for a new one only after the old one has gone."""
    keys = [f"k{number}" for number in range(50)]
    operations.tag_resource(call, secret_id=secret.arn, tags=[{"Key": key, "Value": ""} for key in keys])

    swapped = [*keys[1:], "new"]
    answer = post(signed_in, "secret-tags-edit", secret, {"tag_key": swapped, "tag_value": [""] * 50})

    assert "You successfully updated the tags." in answer.content.decode()
    assert list(tags_of(secret)) == swapped


def test_one_tag_too_many_is_refused(signed_in: Client, secret: Secret) -> None:
    keys = [f"k{number}" for number in range(51)]

    answer = post(signed_in, "secret-tags-edit", secret, {"tag_key": keys, "tag_value": [""] * 51})

    assert answer.status_code == 422
    assert "A secret can have at most 50 tags." in answer.content.decode()
    assert tags_of(secret) == {}


def test_markup_in_a_tag_is_text(signed_in: Client, call: Call, secret: Secret) -> None:
    operations.tag_resource(call, secret_id=secret.arn, tags=[{"Key": "<i>k</i>", "Value": '"><script>'}])

    shown = read(signed_in, "secret", secret, tab="tags") + read(signed_in, "secret-tags-edit", secret)

    assert "<i>k</i>" not in shown
    assert '"><script>' not in shown


def test_panel_counts_its_tags(signed_in: Client, tagged: Secret) -> None:
    assert '<span class="header__counter">(2)</span>' in read(signed_in, "secret", tagged, tab="tags")
