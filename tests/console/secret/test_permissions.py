"""Resource permissions: checked before they are stored; public access is refused in the console."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.models import Secret
from tests.console.secret.pages import address, allowing, post, read
from tests.factories import Person, make_person

pytestmark = pytest.mark.django_db


def policy(principal: Any, effect: str = "Allow", action: str = "secretsmanager:GetSecretValue") -> str:
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def stored(call: Call, secret: Secret) -> str | None:
    return operations.get_resource_policy(call, secret_id=secret.arn).document


def test_policy_is_saved_byte_for_byte_and_shown(signed_in: Client, call: Call, secret: Secret, bob: Person) -> None:
    document = policy({"AWS": bob.arn})

    answer = post(signed_in, "secret-permissions-edit", secret, {"resource_policy": document})

    assert "You successfully updated the resource permissions." in answer.content.decode()
    assert "user/bob" in answer.content.decode()
    assert stored(call, secret) == document


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (policy("*"), "This resource policy grants broad access to your secret."),
        ('{"Version": "2012-10-17",', "This resource policy contains a syntax error."),
        (policy({"AWS": "arn:aws:iam::123456789012:user/nobody"}), "contains an unsupported principal."),
        (policy("*", "Deny", "secretsmanager:*"), "will not allow you to manage this secret in the future."),
    ],
)
def test_refused_policy_is_explained_and_kept(
    signed_in: Client, call: Call, secret: Secret, document: str, message: str
) -> None:
    """Sentences: user guide of 2020 (security.md 2.2)."""
    answer = post(signed_in, "secret-permissions-edit", secret, {"resource_policy": document})

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "2012-10-17" in answer.content.decode()
    assert stored(call, secret) is None


def test_emptied_editor_removes_the_policy(signed_in: Client, call: Call, secret: Secret, bob: Person) -> None:
    operations.put_resource_policy(call, secret_id=secret.arn, resource_policy=policy({"AWS": bob.arn}))

    answer = post(signed_in, "secret-permissions-edit", secret, {"resource_policy": " "})

    assert "You successfully removed the resource permissions." in answer.content.decode()
    assert stored(call, secret) is None


def test_editor_shows_what_is_stored_over_several_lines(
    signed_in: Client, call: Call, secret: Secret, bob: Person
) -> None:
    operations.put_resource_policy(call, secret_id=secret.arn, resource_policy=policy({"AWS": bob.arn}))

    assert "{\n  &quot;Version&quot;" in read(signed_in, "secret-permissions-edit", secret)


def test_validate_says_what_saving_would(signed_in: Client, call: Call, secret: Secret, bob: Person) -> None:
    good = post(signed_in, "secret-permissions-validate", secret, {"resource_policy": policy({"AWS": bob.arn})})
    bad = post(signed_in, "secret-permissions-validate", secret, {"resource_policy": policy("*")})

    assert "The policy passed every check." in good.content.decode()
    assert "grants broad access" in bad.content.decode()
    assert stored(call, secret) is None


def test_who_may_not_read_the_policy_still_sees_the_page(sign_in: Any, make_call: Any, secret: Secret) -> None:
    statement = {"Effect": "Allow", "Action": "secretsmanager:DescribeSecret", "Resource": "*"}
    dora = make_person("dora", {"Version": "2012-10-17", "Statement": [statement]})

    page = sign_in(dora).get(address("secret", secret))

    assert page.status_code == 200
    assert "is not authorized to perform: secretsmanager:GetResourcePolicy" in page.content.decode()


def test_policy_is_checked_while_it_is_typed(signed_in: Client, secret: Secret) -> None:
    dialog = read(signed_in, "secret-permissions-edit", secret)

    assert 'hx-trigger="load, input from:#resource-policy delay:600ms"' in dialog
    assert 'hx-post="/secret/permissions/validate?' in dialog


def test_who_may_not_put_a_policy_may_not_probe_one(sign_in: Any, secret: Secret) -> None:
    prober = make_person("prober", allowing("secretsmanager:Describe*", "secretsmanager:ValidateResourcePolicy"))

    answer = post(sign_in(prober), "secret-permissions-validate", secret, {"resource_policy": policy("*")})

    assert "is not authorized to perform: secretsmanager:PutResourcePolicy" in answer.content.decode()
    assert "grants broad access" not in answer.content.decode()


def insert(client: Client, secret: Secret, template: str, template_for: str = "", document: str = "") -> Any:
    data = {"insert": "1", "template": template, "template_for": template_for, "resource_policy": document}
    return post(client, "secret-permissions-edit", secret, data)


def written(answer: Any) -> Any:
    """The policy in the editor."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer.content.decode(), re.DOTALL)
    assert found is not None
    return json.loads(unescape(found[1]))


@pytest.mark.parametrize(
    ("template", "given"),
    [
        ("read-role", "BOB"),
        ("read-account", "210987654321"),
        ("deny-outside", "192.0.2.0/24, 2001:db8::/32"),
        ("deny-but-role", "BOB"),
    ],
)
def test_template_is_a_policy_that_can_be_stored(
    signed_in: Client, call: Call, secret: Secret, bob: Person, template: str, given: str
) -> None:
    answer = insert(signed_in, secret, template, given.replace("BOB", bob.arn))
    assert answer.status_code == 200
    assert stored(call, secret) is None

    document = json.dumps(written(answer))
    saved = post(signed_in, "secret-permissions-edit", secret, {"resource_policy": document})

    assert "You successfully updated the resource permissions." in saved.content.decode()
    assert stored(call, secret) == document


def test_template_joins_the_statements_that_are_there(signed_in: Client, secret: Secret, bob: Person) -> None:
    single = json.loads(policy({"AWS": bob.arn}))["Statement"][0]
    one = json.dumps({"Version": "2012-10-17", "Id": "mine", "Statement": single})

    answer = insert(signed_in, secret, "deny-outside", "192.0.2.0/24", one)

    found = written(answer)
    assert found["Id"] == "mine"
    assert [statement["Effect"] for statement in found["Statement"]] == ["Allow", "Deny"]
    assert found["Statement"][1]["Condition"] == {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}


def test_template_without_a_role_leaves_one_to_fill_in(signed_in: Client, secret: Secret) -> None:
    answer = insert(signed_in, secret, "read-role")

    assert written(answer)["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::111122223333:role/ROLE-NAME"}


@pytest.mark.parametrize("document", ['{"Version":', "[]", '"text"'])
def test_template_is_not_added_to_what_is_no_policy(signed_in: Client, secret: Secret, document: str) -> None:
    answer = insert(signed_in, secret, "read-role", document=document)

    assert answer.status_code == 422
    assert "Correct the JSON of the policy first" in answer.content.decode()
    assert escape(document) in answer.content.decode()


def test_reading_from_outside_the_range_of_a_template_is_denied(
    call: Call, make_call: Any, signed_in: Client, secret: Secret
) -> None:
    document = json.dumps(written(insert(signed_in, secret, "deny-outside", "192.0.2.0/24")))
    operations.put_resource_policy(call, secret_id=secret.arn, resource_policy=document)

    inside = operations.get_secret_value(make_call(source_ip="192.0.2.7"), secret_id=secret.arn)

    assert inside.value.string
    with pytest.raises(AccessDeniedException):
        operations.get_secret_value(make_call(source_ip="198.51.100.7"), secret_id=secret.arn)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"primary_region": "eu-west-1"}, "Operation not permitted on a replica secret."),
        ({"owning_service": "rds"}, ""),
    ],
)
def test_replica_is_refused_and_an_owned_secret_is_not(
    signed_in: Client, secret: Secret, bob: Person, state: dict[str, str], reason: str
) -> None:
    """console.md 10.3: what the owner of a secret leaves to its users depends; permissions are theirs."""
    Secret.objects.filter(pk=secret.pk).update(**state)

    shown = read(signed_in, "secret", secret)
    answer = post(signed_in, "secret-permissions-edit", secret, {"resource_policy": policy({"AWS": bob.arn})})

    assert ("/secret/permissions/edit" in shown) is not bool(reason)
    assert reason in answer.content.decode()
    assert answer.status_code == (422 if reason else 200)


def test_is_off_while_scheduled_for_deletion(signed_in: Client, call: Call, secret: Secret) -> None:
    operations.delete_secret(call, secret_id=secret.arn)

    shown = read(signed_in, "secret", secret)

    assert "/secret/permissions/edit" not in shown
    assert "The resource permissions can't be shown." in shown
    assert "No resource policy is attached" not in shown
