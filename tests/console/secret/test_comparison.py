"""Two versions compared: which keys differ, and nothing of their values until somebody asks."""

from typing import Any

import pytest
from django.test import Client

from console.secret.comparison import differences, parts_of
from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, Secret
from tests.console.secret.pages import address, allowing, post, read
from tests.factories import make_person, make_secret, make_version

pytestmark = pytest.mark.django_db

ROUTE = "secret-comparison-compare"
SECOND = '{"username": "saanvi", "password": "second-password", "port": 5432}'


@pytest.fixture
def pair(call: Call, secret: Secret) -> dict[str, str]:
    """What the form sends for the first version and a second one."""
    first = secret.versions.get().version_id
    return {"older": first, "newer": make_version(call, secret, SECOND)}


def test_previous_and_current_are_chosen_at_first(signed_in: Client, secret: Secret, pair: dict[str, str]) -> None:
    shown = read(signed_in, ROUTE, secret)

    assert f'<option value="{pair["older"]}" selected>AWSPREVIOUS' in shown
    assert f'<option value="{pair["newer"]}" selected>AWSCURRENT' in shown


def test_version_it_was_opened_for_is_chosen(
    signed_in: Client, call: Call, secret: Secret, pair: dict[str, str]
) -> None:
    make_version(call, secret, "third")

    shown = read(signed_in, ROUTE, secret, version_id=pair["older"])

    assert f'<option value="{pair["older"]}" selected>no label' in shown


def test_differences_come_without_values(signed_in: Client, secret: Secret, pair: dict[str, str]) -> None:
    answer = post(signed_in, ROUTE, secret, pair).content.decode()

    assert "<b>Added:</b> 1, <b>Removed:</b> 0, <b>Changed:</b> 1, <b>Same:</b> 1" in answer
    assert "Retrieve both values" in answer
    for value in ("first-password", "second-password", "saanvi", "5432"):
        assert value not in answer


def test_values_come_when_asked_masked_and_for_a_while(signed_in: Client, secret: Secret, pair: dict[str, str]) -> None:
    answer = post(signed_in, ROUTE, secret, {**pair, "show": "1"})

    assert "data-reveal-text hidden>first-password<" in answer.content.decode()
    assert "data-reveal-text hidden>second-password<" in answer.content.decode()
    assert 'data-hide-after="60"' in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_reading_both_is_audited(signed_in: Client, secret: Secret, pair: dict[str, str]) -> None:
    post(signed_in, ROUTE, secret, pair)

    assert AuditEvent.objects.filter(event_name="GetSecretValue", door="console").count() == 2


def test_without_script_the_values_leave_by_themselves(signed_in: Client, secret: Secret, pair: dict[str, str]) -> None:
    answer = signed_in.post(address(ROUTE, secret), {**pair, "show": "1"})

    assert "first-password" in answer.content.decode()
    assert answer.headers["Refresh"].startswith("60; url=/secret/?name=prod%2Fdatabase")


def test_text_and_binary_are_the_same_or_differ(signed_in: Client, call: Call) -> None:
    secret = make_secret(call, "certificate", secret_string="-----BEGIN first")
    first = secret.versions.get().version_id
    second = make_version(call, secret, "-----BEGIN second")
    third = make_version(call, secret, "-----BEGIN first")

    differ = post(signed_in, ROUTE, secret, {"older": first, "newer": second}).content.decode()
    same = post(signed_in, ROUTE, secret, {"older": first, "newer": third}).content.decode()
    shown = post(signed_in, ROUTE, secret, {"older": first, "newer": second, "show": "1"}).content.decode()

    assert "The values differ." in differ
    assert "16 and 17 bytes" in differ
    assert "BEGIN" not in differ
    assert "Both versions hold the same value." in same
    assert "-----BEGIN second" in shown


def test_a_version_with_itself_is_refused(signed_in: Client, secret: Secret, pair: dict[str, str]) -> None:
    answer = post(signed_in, ROUTE, secret, {"older": pair["older"], "newer": pair["older"]})

    assert answer.status_code == 422
    assert "Choose two different versions." in answer.content.decode()


def test_unknown_version_is_refused(signed_in: Client, secret: Secret, pair: dict[str, str]) -> None:
    answer = post(signed_in, ROUTE, secret, {**pair, "older": "0" * 32})

    assert answer.status_code == 422


def test_a_single_version_has_nothing_to_be_compared_with(signed_in: Client, secret: Secret) -> None:
    assert "there is nothing to compare it with" in read(signed_in, ROUTE, secret)


def test_denied_value_is_said_and_nothing_is_shown(sign_in: Any, secret: Secret, pair: dict[str, str]) -> None:
    lister = make_person("lister", allowing("secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"))

    answer = post(sign_in(lister), ROUTE, secret, {**pair, "show": "1"})

    assert answer.status_code == 422
    assert "is not authorized to perform: secretsmanager:GetSecretValue" in answer.content.decode()
    assert "password" not in answer.content.decode()


def test_replica_and_managed_secret_can_be_compared(signed_in: Client, secret: Secret, pair: dict[str, str]) -> None:
    for state in ({"primary_region": "eu-west-1"}, {"primary_region": "", "owning_service": "rds"}):
        Secret.objects.filter(pk=secret.pk).update(**state)
        assert post(signed_in, ROUTE, secret, pair).status_code == 200


def test_is_off_while_scheduled_for_deletion(
    signed_in: Client, call: Call, secret: Secret, pair: dict[str, str]
) -> None:
    operations.delete_secret(call, secret_id=secret.arn)

    shown = read(signed_in, "secret", secret, tab="versions")
    answer = post(signed_in, ROUTE, secret, {**pair, "show": "1"})

    assert "/secret/comparison/compare" not in shown
    assert "marked for deletion" in answer.content.decode()
    assert "first-password" not in answer.content.decode()


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ('{"a": 1}', '{"a": "1"}', [("a", "Changed")]),
        ('{"a": 1.0}', '{"a": 1}', [("a", "Changed")]),
        (
            '{"a": {"b": 1, "c": 2}}',
            '{"a": {"b": 1, "d": 2}}',
            [("a > d", "Added"), ("a > c", "Removed"), ("a > b", "Same")],
        ),
        ('{"a": [1, 2]}', '{"a": [1, 2]}', [("a", "Same")]),
        ('{"a": [{"b": 1}]}', '{"a": [{"b": 2}]}', [("a", "Changed")]),
        ('{"a": {}}', '{"a": []}', [("a", "Changed")]),
        ("{}", "{}", []),
    ],
)
def test_differences_of_json(before: str, after: str, changes: list[tuple[str, str]]) -> None:
    older, newer = parts_of(before), parts_of(after)

    assert older is not None
    assert newer is not None
    assert [(row.key, row.change) for row in differences(older, newer)] == changes


@pytest.mark.parametrize("text", ["text", "[1]", '{"a": 1, "a": 2}', ""])
def test_what_is_no_object_of_distinct_keys_has_no_parts(text: str) -> None:
    assert parts_of(text) is None
