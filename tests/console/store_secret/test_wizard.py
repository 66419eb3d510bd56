"""The four steps: back and forth, whose draft it is, and what a stored secret has."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, Secret, SecretDraft
from tests.console.store_secret.wizard import DATABASE, OTHER, Wizard
from tests.factories import Person, make_key, make_secret

pytestmark = pytest.mark.django_db

VALUE = "typed-and-not-to-be-found"


def test_secret_is_stored_with_everything_asked_for(signed_in: Client, call: Call) -> None:
    key = make_key("alias/mine")
    wizard = Wizard(signed_in)
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Resource": "*", '
        '"Action": "secretsmanager:GetSecretValue", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.1"}}}]}'
    )

    wizard.fill(
        {**OTHER, "kms_key_id": key.arn},
        description="d",
        tag_key=["team", ""],
        tag_value=["x", ""],
        resource_policy=policy,
        replica_region=["eu-west-1", ""],
        replica_key=["", ""],
    )
    assert not Secret.objects.exists()
    answer = wizard.client.get(wizard.store()["Location"])

    assert "You successfully stored the secret prod/new" in answer.content.decode()
    described = operations.describe_secret(call, secret_id="prod/new")
    assert (described.secret.description, described.secret.kms_key) == ("d", key)
    assert [(tag.key, tag.value) for tag in described.tags] == [("team", "x")]
    assert [replica.region for replica in described.replicas] == ["eu-west-1"]
    assert operations.get_resource_policy(call, secret_id="prod/new").document == policy
    assert operations.get_secret_value(call, secret_id="prod/new").value.string == '{"a":"b"}'
    events = AuditEvent.objects.filter(read_only=False, error_code="").order_by("id")
    assert list(events.values_list("event_name", flat=True)) == ["CreateSecret", "PutResourcePolicy"]


def test_going_back_and_forth_loses_nothing_right_or_wrong(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.post("choose-secret-type", **OTHER)
    wizard.post("configure-secret", "previous", name="not a name", description="kept words", tag_key="t", tag_value="u")

    assert "{&quot;a&quot;:&quot;b&quot;}" in wizard.text("choose-secret-type")
    again = wizard.text("configure-secret")
    assert 'value="not a name"' in again
    assert "kept words" in again
    assert 'value="t"' in again
    assert "Invalid name" not in again  # nobody has pressed Next


def test_next_says_what_is_wrong_and_keeps_it(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.post("choose-secret-type", **OTHER)

    answer = wizard.post("configure-secret", name="not a name", description="kept words")

    assert answer.status_code == 422
    assert "Invalid name. Must be a valid name" in answer.content.decode()
    assert "kept words" in answer.content.decode()


def test_no_step_leads_on_from_one_that_was_refused(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    ahead = 'value="configure-secret"'

    refused = wizard.post("choose-secret-type", **{**OTHER, "secret_string": "v" * 65_537})
    assert ahead not in refused.content.decode()
    assert ahead not in wizard.text("choose-secret-type")

    wizard.post("choose-secret-type", **OTHER)
    assert ahead in wizard.text("choose-secret-type")


def test_review_leads_to_the_first_step_that_is_not_right(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.post("choose-secret-type", **OTHER)

    answer = signed_in.get(wizard.get("review")["Location"])

    assert "Configure secret" in answer.content.decode()


def test_review_shows_everything_but_the_value(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.fill({**OTHER, "secret_string": VALUE}, description="of mine")

    shown = wizard.text("review")

    assert "prod/new" in shown
    assert "of mine" in shown
    assert VALUE not in shown
    assert f"{len(VALUE)} bytes" in shown
    assert "get_secret_value" in shown


def test_value_is_nowhere_in_clear_and_pages_are_not_kept(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    answer = wizard.post("choose-secret-type", **{**OTHER, "secret_string": VALUE})

    draft = SecretDraft.objects.get()
    assert VALUE.encode() not in bytes(draft.sealed)
    assert VALUE not in json.dumps(dict(signed_in.session))
    assert VALUE not in answer["Location"]
    assert wizard.get("choose-secret-type")["Cache-Control"] == "no-store"


def test_draft_is_of_no_use_to_anybody_else(
    signed_in: Client, sign_in: Callable[[Person], Client], alice: Person, bob: Person
) -> None:
    wizard = Wizard(signed_in)
    wizard.post("choose-secret-type", **{**OTHER, "secret_string": VALUE})

    for client in (sign_in(bob), sign_in(alice)):  # another person; the same in another session
        for step in ("choose-secret-type", "configure-secret", "review", "cancel"):
            answer = client.get(f"{wizard.address}{step}")
            assert answer.status_code == 404
            assert VALUE not in answer.content.decode()
        assert client.post(f"{wizard.address}cancel").status_code == 404
    assert SecretDraft.objects.count() == 1


def test_expired_draft_is_gone_and_says_so(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.fill()
    SecretDraft.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert wizard.get("choose-secret-type").status_code == 404
    answer = wizard.store()

    assert answer.status_code == 404
    assert "kept for an hour" in answer.content.decode()
    assert not Secret.objects.exists()


def test_two_drafts_at_once_do_not_touch_each_other(signed_in: Client, call: Call) -> None:
    first, second = Wizard(signed_in), Wizard(signed_in, "eu-west-1")
    first.fill(name="one")
    second.fill({**OTHER, "secret_string": "second"}, name="two")

    second.store()
    first.store()

    assert {(s.name, s.region) for s in Secret.objects.all()} == {("one", "us-west-2"), ("two", "eu-west-1")}


def test_store_pressed_twice_stores_once(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.fill()

    answers = [wizard.store(), wizard.store()]

    assert [answer["Location"] for answer in answers] == ["/", "/"]
    assert Secret.objects.count() == 1
    assert bytes(SecretDraft.objects.get().sealed) == b""


def test_taken_name_is_said_at_its_field(signed_in: Client, call: Call) -> None:
    make_secret(call, "prod/new")
    wizard = Wizard(signed_in)
    wizard.fill(description="kept words")

    answer = signed_in.get(wizard.store()["Location"])

    shown = answer.content.decode()
    assert "The operation failed because the secret prod/new already exists." in shown
    assert "kept words" in shown
    assert "already exists" not in Wizard.text(wizard, "choose-secret-type")
    wizard.post("configure-secret", name="prod/other")
    wizard.store()
    assert Secret.objects.filter(name="prod/other").exists()


def test_untouched_value_makes_a_secret_without_one(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.fill({**OTHER, "secret_string": '{"":""}'})
    wizard.store()

    assert Secret.objects.get().versions.count() == 0


def test_database_credentials_have_aws_structure(signed_in: Client, call: Call) -> None:
    wizard = Wizard(signed_in)
    wizard.fill({**DATABASE, "dbname": "orders"})
    wizard.store()

    stored = operations.get_secret_value(call, secret_id="prod/new").value.string
    assert json.loads(stored or "") == {
        "username": "admin",
        "password": "p",
        "engine": "postgres",
        "host": "db.test",
        "port": 5432,
        "dbname": "orders",
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"username": ""}, "Enter a user name."),
        ({"password": ""}, "Enter a password, or generate one."),
        ({"host": ""}, "Enter a server address."),
        ({"port": "70000"}, "less than or equal to 65535"),
        ({"engine_other": "oracle"}, "Enter the name of the Oracle database."),
        ({"secret_type": "external"}, "Choose a type."),
        ({"secret_type": "other", "secret_string": "x" * 65_537}, "Enter at most 65,536 bytes; this is 65,537."),
        ({"secret_type": "other", "secret_string": "é" * 32_769}, "Enter at most 65,536 bytes; this is 65,538."),
    ],
)
def test_wrong_value_is_said_at_its_field(signed_in: Client, given: dict[str, str], message: str) -> None:
    answer = Wizard(signed_in).post("choose-secret-type", **{**DATABASE, **given})

    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_longest_value_arrives_byte_for_byte(signed_in: Client, call: Call) -> None:
    longest = ("é\n" * 30_000)[: 65_536 // 3 * 2] + "x"
    wizard = Wizard(signed_in)
    wizard.fill({**OTHER, "secret_string": longest.replace("\n", "\r\n")})
    wizard.store()

    assert operations.get_secret_value(call, secret_id="prod/new").value.string == longest


def test_managed_external_secret_has_its_type(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.fill({**OTHER, "secret_type": "external", "external_type": "DatadogApiKey"})
    wizard.store()

    assert Secret.objects.get().type == "DatadogApiKey"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"tag_key": "aws:x", "tag_value": ""}, "Tag keys that begin with aws: are reserved."),
        ({"replica_region": "us-west-2", "replica_key": ""}, "The secret itself is stored in this Region."),
        ({"replica_region": ["eu-west-1"] * 2, "replica_key": ["", ""]}, "Choose each Region once."),
        ({"resource_policy": "{"}, "This is not JSON"),
        ({"resource_policy": "{}"}, "syntax error"),
    ],
)
def test_wrong_configuration_is_said_where_it_is(signed_in: Client, rows: dict[str, Any], message: str) -> None:
    answer = Wizard(signed_in).post("configure-secret", name="n", **rows)

    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_cancel_asks_and_then_forgets(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.post("choose-secret-type", **OTHER)

    assert "What you have entered will be gone." in wizard.text("cancel")
    assert SecretDraft.objects.exists()
    assert wizard.post("cancel")["Location"] == "/"
    assert not SecretDraft.objects.exists()


def test_unknown_draft_is_no_page(signed_in: Client) -> None:
    assert signed_in.get(f"/store-a-new-secret/{uuid.uuid4()}/review").status_code == 404


def test_name_is_looked_up_while_typing(signed_in: Client, call: Call) -> None:
    make_secret(call, "taken")

    taken = signed_in.post("/store-a-new-secret/name?region=us-west-2", {"name": "taken"})
    free = signed_in.post("/store-a-new-secret/name?region=us-west-2", {"name": "free"})

    assert "already exists in us-west-2" in taken.content.decode()
    assert "This name is free." in free.content.decode()
