"""Resource permissions: checked before they are stored; public access is refused in the console."""

import json
from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests.console.secret.pages import address, post, read
from tests.factories import Person

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
    from tests import factories

    statement = {"Effect": "Allow", "Action": "secretsmanager:DescribeSecret", "Resource": "*"}
    dora = factories.make_person("dora", {"Version": "2012-10-17", "Statement": [statement]})

    page = sign_in(dora).get(address("secret", secret))

    assert page.status_code == 200
    assert "is not authorized to perform: secretsmanager:GetResourcePolicy" in page.content.decode()
