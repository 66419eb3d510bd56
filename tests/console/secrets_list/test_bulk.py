"""Changes to many secrets from the list: chosen, confirmed, done one by one, each with its own answer."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from secrets_app import bulk_changes, operations
from secrets_app.call import Call
from secrets_app.models import BulkChange, Secret, Tag
from tests.console.secrets_list.shown import HTMX, shown
from tests.factories import Person, make_secret

pytestmark = pytest.mark.django_db

TAGS = {"tag_key": ["team", ""], "tag_value": ["orders", ""]}


def ask(client: Client, kind: str, secrets: list[Secret], **more: Any) -> Any:
    posted = {"secret": [secret.arn for secret in secrets], **more}
    return client.post(f"/secrets/bulk-changes/{kind}", posted, **HTMX)


def confirm(client: Client, kind: str, secrets: list[Secret], **more: Any) -> str:
    """The page of its progress."""
    answer = ask(client, kind, secrets, confirmed="1", **more)
    assert answer.status_code == 200
    return str(answer.headers["HX-Redirect"])


def work(call: Call) -> None:
    bulk_changes.run_due(lambda: call.now, "worker")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("tag", "Each secret gets these tags."),
        ("rotate", "Each secret is rotated now by its own rotation function"),
        ("replicate", "Each secret is copied to the Regions you choose"),
        ("delete", "deleted for good when the waiting period ends"),
    ],
)
def test_dialog_names_what_will_happen_and_to_which(signed_in: Client, call: Call, kind: str, said: str) -> None:
    secrets = [make_secret(call, "one"), make_secret(call, "two")]

    page = ask(signed_in, kind, secrets).content.decode()

    assert said in page
    assert "2 secrets selected" in page
    assert "<li>one</li><li>two</li>" in page
    assert not BulkChange.objects.exists()


def test_nothing_chosen_is_said(signed_in: Client) -> None:
    answer = ask(signed_in, "tag", [])

    assert answer.status_code == 422
    assert "Select one or more secrets" in answer.content.decode()


def test_secrets_of_another_account_are_not_taken(signed_in: Client) -> None:
    arn = "arn:aws:secretsmanager:us-west-2:999999999999:secret:theirs-AbCdEf"

    answer = signed_in.post("/secrets/bulk-changes/tag", {"secret": [arn, "not-an-arn"]}, **HTMX)

    assert answer.status_code == 422


def test_unknown_change_is_not_found(signed_in: Client) -> None:
    assert signed_in.post("/secrets/bulk-changes/explode", {}).status_code == 404


def test_tags_are_added(signed_in: Client, call: Call) -> None:
    secrets = [make_secret(call, "one"), make_secret(call, "two", tags=[{"Key": "team", "Value": "old"}])]

    url = confirm(signed_in, "tag", secrets, **TAGS)
    before = signed_in.get(url).content.decode()
    work(call)

    assert "0 of 2 secrets are done" in before
    assert "All 2 secrets were changed." in signed_in.get(url).content.decode()
    assert set(Tag.objects.values_list("secret__name", "key", "value")) == {
        ("one", "team", "orders"),
        ("two", "team", "orders"),
    }


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({}, "Add at least one tag."),
        ({"tag_key": ["aws:x"], "tag_value": [""]}, "Tag keys that begin with aws: are reserved."),
        ({"tag_key": [""], "tag_value": ["v"]}, "You must specify a tag key."),
    ],
)
def test_tags_that_cannot_be_are_said_before_anything_is_done(
    signed_in: Client, call: Call, rows: dict[str, Any], said: str
) -> None:
    answer = ask(signed_in, "tag", [make_secret(call, "one")], confirmed="1", **rows)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not BulkChange.objects.exists()


def test_partial_success_is_told_with_the_reason_for_each_refusal(signed_in: Client, call: Call) -> None:
    fine, gone, owned = make_secret(call, "fine"), make_secret(call, "gone"), make_secret(call, "owned")
    operations.delete_secret(call, secret_id=gone.arn)
    Secret.objects.filter(pk=owned.pk).update(owning_service="rds")

    url = confirm(signed_in, "delete", [fine, gone, owned], recovery_window_in_days="7")
    work(call)
    page = signed_in.get(url).content.decode()

    assert "1 of 3 secrets were changed, 2 were refused." in page
    assert "marked for deletion" in page
    assert "Managing service: rds." in page
    assert "Try the refused ones again" in page
    fine.refresh_from_db()
    assert fine.deletion_at is not None
    assert (fine.deletion_at - call.now).days == 7


@pytest.mark.parametrize("days", ["6", "31", ""])
def test_waiting_period_out_of_range_is_refused_in_the_dialog(signed_in: Client, call: Call, days: str) -> None:
    answer = ask(signed_in, "delete", [make_secret(call, "one")], confirmed="1", recovery_window_in_days=days)

    assert answer.status_code == 422
    assert not BulkChange.objects.exists()


def test_secret_without_a_rotation_function_is_refused(signed_in: Client, call: Call) -> None:
    url = confirm(signed_in, "rotate", [make_secret(call, "one")])
    work(call)

    page = signed_in.get(url).content.decode()
    assert "Nothing was changed" in page
    assert "No Lambda rotation function ARN is associated with this secret." in page


def test_secrets_are_replicated(signed_in: Client, call: Call) -> None:
    secret = make_secret(call, "one")

    offered = ask(signed_in, "replicate", [secret]).content.decode()
    confirm(signed_in, "replicate", [secret], replica_regions=["eu-west-1", "us-east-1"])
    work(call)

    assert 'value="us-west-2"' not in offered
    assert set(secret.replicas.values_list("region", flat=True)) == {"eu-west-1", "us-east-1"}


def test_replication_needs_a_region(signed_in: Client, call: Call) -> None:
    answer = ask(signed_in, "replicate", [make_secret(call, "one")], confirmed="1")

    assert answer.status_code == 422
    assert "Choose at least one Region." in answer.content.decode()


def test_who_may_only_read_is_refused_secret_by_secret(sign_in: Any, bob: Person, call: Call) -> None:
    client = sign_in(bob)
    url = confirm(client, "tag", [make_secret(call, "one")], **TAGS)
    work(call)

    page = client.get(url).content.decode()
    assert "is not authorized to perform: secretsmanager:TagResource" in page
    assert not Tag.objects.exists()


def test_without_script_the_same_are_pages(signed_in: Client, call: Call) -> None:
    secret = make_secret(call, "one")

    dialog = signed_in.post("/secrets/bulk-changes/tag", {"secret": [secret.arn]})
    done = signed_in.post("/secrets/bulk-changes/tag", {"secret": [secret.arn], "confirmed": "1", **TAGS})

    assert "<!doctype html>" in dialog.content.decode()
    assert done.headers["Location"].startswith("/secrets/bulk-changes/")


def test_progress_is_shown_to_who_asked_and_to_nobody_else(
    sign_in: Any, signed_in: Client, bob: Person, call: Call
) -> None:
    url = confirm(signed_in, "tag", [make_secret(call, "one")], **TAGS)

    assert signed_in.get(url).status_code == 200
    assert sign_in(bob).get(url).status_code == 404
    assert "No bulk changes" in sign_in(bob).get("/secrets/bulk-changes/").content.decode()


def test_progress_asks_again_until_it_is_finished(signed_in: Client, call: Call) -> None:
    url = confirm(signed_in, "tag", [make_secret(call, "one")], **TAGS)

    assert "hx-trigger" in signed_in.get(url, **HTMX).content.decode()
    work(call)
    assert "load delay" not in signed_in.get(url, **HTMX).content.decode()


def test_list_says_what_is_under_way(signed_in: Client, call: Call) -> None:
    url = confirm(signed_in, "tag", [make_secret(call, "one")], **TAGS)

    assert f'href="{url}">View progress' in shown(signed_in)
    work(call)
    assert "View progress" not in shown(signed_in)
    assert "Add tags: 1 secret" in signed_in.get("/secrets/bulk-changes/").content.decode()


def test_unknown_progress_is_not_found(signed_in: Client) -> None:
    assert signed_in.get("/secrets/bulk-changes/12345").status_code == 404


def test_secret_made_again_under_its_name_is_another(signed_in: Client, call: Call) -> None:
    secret = make_secret(call, "one")
    operations.delete_secret(call, secret_id=secret.arn, force_delete_without_recovery=True)
    make_secret(call, "one", client_request_token=str(uuid.uuid4()))

    url = confirm(signed_in, "tag", [secret], **TAGS)
    work(call)

    assert "find the specified secret" in signed_in.get(url).content.decode()
    assert not Tag.objects.exists()


def test_confirmed_twice_is_one_change(signed_in: Client, call: Call) -> None:
    """Without script nothing keeps a person from pressing the button again."""
    secrets = [make_secret(call, "one"), make_secret(call, "two")]
    token = str(uuid.uuid4())

    first = confirm(signed_in, "tag", secrets, token=token, **TAGS)
    again = confirm(signed_in, "tag", secrets, token=token, **TAGS)
    another = confirm(signed_in, "tag", secrets, token=str(uuid.uuid4()), **TAGS)

    assert first == again != another
    assert BulkChange.objects.count() == 2


def test_progress_offers_the_call_that_is_made_for_each(signed_in: Client, call: Call) -> None:
    secrets = [make_secret(call, "one"), make_secret(call, "two")]

    page = signed_in.get(confirm(signed_in, "delete", secrets, recovery_window_in_days="7")).content.decode()

    words = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "aws secretsmanager delete-secret" in words
    assert "--recovery-window-in-days 7" in words
    assert all(words.count(secret.arn) == 2 for secret in secrets), "of the CLI and of boto3"


def test_one_secret_is_duplicated_from_the_list(signed_in: Client, call: Call) -> None:
    answer = ask(signed_in, "duplicate", [make_secret(call, "one")])

    assert answer.status_code == 302
    dialog = signed_in.get(answer.headers["Location"], **HTMX).content.decode()
    assert "filled in from one" in dialog


def test_several_secrets_are_not_duplicated_at_once(signed_in: Client, call: Call) -> None:
    answer = ask(signed_in, "duplicate", [make_secret(call, "one"), make_secret(call, "two")])

    assert answer.status_code == 422
    assert "Select one secret" in answer.content.decode()
