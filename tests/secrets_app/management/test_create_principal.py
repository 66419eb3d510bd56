import io
import json
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from secrets_app import principals
from secrets_app.models import Principal
from tests.factories import ACCOUNT, READING

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> list[str]:
    output = io.StringIO()
    call_command("create_principal", *arguments, stdout=output)
    return output.getvalue().splitlines()


def test_a_user_gets_the_policy_and_a_key_that_opens(tmp_path: Path) -> None:
    (tmp_path / "reading.json").write_text(json.dumps(READING))

    arn, key_id, secret = create("carol", "--policy", str(tmp_path / "reading.json"), "--access-key")

    signing_key = principals.signing_key(key_id.removeprefix("aws_access_key_id = "))
    assert signing_key is not None
    assert signing_key.secret_access_key == secret.removeprefix("aws_secret_access_key = ")
    assert signing_key.identity.arn == arn == f"arn:aws:iam::{ACCOUNT}:user/carol"
    assert [json.loads(document) for document, _ in signing_key.identity.policies] == [READING]


def test_without_options_there_is_neither_password_nor_key_nor_permission() -> None:
    assert create("dave") == [f"arn:aws:iam::{ACCOUNT}:user/dave"]

    dave = Principal.objects.get(name="dave")
    assert not dave.has_usable_password()
    assert not dave.access_keys.exists()
    assert not dave.identity_policies.exists()


def test_a_role_of_another_account() -> None:
    assert create("deploy", "--role", "--account", "210987654321") == ["arn:aws:iam::210987654321:role/deploy"]


def test_a_password_is_read_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a long enough password\n"))

    create("erin", "--password")

    assert Principal.objects.get(name="erin").check_password("a long enough password")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["frank", "--account", "12"], "--account must be 12 digits."),
        (["twice"], "There is a user twice in account 123456789012 already."),
        (["frank", "--policy", "no-such-file.json"], "no-such-file.json is not an identity policy"),
        (["frank", "--password"], "A password must have 12 characters or more."),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    arguments: list[str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    create("twice")

    with pytest.raises(CommandError, match=reason):
        create(*arguments)

    assert list(Principal.objects.values_list("name", flat=True)) == ["twice"]


def test_a_policy_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text('{"Statement": []}')

    with pytest.raises(CommandError, match="is not an identity policy"):
        create("grace", "--policy", str(tmp_path / "policy.json"))
