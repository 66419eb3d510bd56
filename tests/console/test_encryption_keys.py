"""Encryption keys: making one, and switching one off says which secrets stop."""

from typing import Any

import pytest
from django.test import Client

from secrets_app.call import Call
from secrets_app.models import KeyAlias, KmsKey
from tests.factories import Person, make_key, make_person, make_secret

pytestmark = pytest.mark.django_db

_KEYS_ONLY = [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


def test_keys_are_listed_with_what_they_protect(signed_in: Client, call: Call) -> None:
    key = make_key("alias/mine")
    make_secret(call, "under-it", kms_key_id=key.arn)

    page = signed_in.get("/encryption-keys/")

    rows = {row["entry"].choice.alias: row["entry"].secrets for row in page.context["keys"]}
    assert rows["alias/mine"] == 1


def test_key_is_created_under_its_alias(signed_in: Client) -> None:
    answer = signed_in.post("/encryption-keys/create", {"alias": "prod/new", "description": "d"}, **HTMX)

    assert "You successfully created the key alias/prod/new." in answer.content.decode()
    assert KeyAlias.objects.get(name="alias/prod/new").kms_key.description == "d"


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("", "This field is required."),
        ("a b", "An alias holds letters, digits and :/_- only."),
        ("aws/x", "Aliases that begin with aws/ are reserved."),
        ("taken", "There is a key with the alias alias/taken already."),
    ],
)
def test_refused_alias_leaves_no_key_behind(signed_in: Client, alias: str, message: str) -> None:
    make_key("alias/taken")

    answer = signed_in.post("/encryption-keys/create", {"alias": alias}, **HTMX)

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert KmsKey.objects.count() == 1


def test_key_without_a_name_gets_one(signed_in: Client) -> None:
    key = make_key()
    url = f"/encryption-keys/alias?key_id={key.key_id}"
    assert f'id="alias-{key.key_id}"' in signed_in.get("/encryption-keys/").content.decode()

    assert signed_in.post(url, {"alias": "aws/x"}, **HTMX).status_code == 422
    answer = signed_in.post(url, {"alias": "late"}, **HTMX).content.decode()

    assert "You successfully created the alias alias/late." in answer
    assert f'id="alias-{key.key_id}"' not in answer
    assert KeyAlias.objects.get(name="alias/late").kms_key == key


def test_disabling_says_so_when_the_secrets_cannot_be_named(sign_in: Any, call: Call) -> None:
    key = make_key("alias/mine")
    make_secret(call, "needs-it", kms_key_id=key.arn)
    client = sign_in(make_person("keeper", {"Version": "2012-10-17", "Statement": _KEYS_ONLY}))

    shown = client.get(f"/encryption-keys/disable?key_id={key.key_id}", **HTMX).content.decode()

    assert "permission to list secrets" in shown
    assert "needs-it" not in shown


def test_disabling_names_the_secrets_that_stop(signed_in: Client, call: Call) -> None:
    key = make_key("alias/mine")
    make_secret(call, "needs-it", kms_key_id=key.arn)
    url = f"/encryption-keys/disable?key_id={key.key_id}"

    assert "needs-it" in signed_in.get(url, **HTMX).content.decode()
    assert "You successfully disabled the key." in signed_in.post(url, **HTMX).content.decode()
    key.refresh_from_db()
    assert key.state == "Disabled"

    signed_in.post(f"/encryption-keys/enable?key_id={key.key_id}", **HTMX)
    key.refresh_from_db()
    assert key.state == "Enabled"


def test_deletion_is_scheduled_and_cancelled(signed_in: Client) -> None:
    key = make_key("alias/mine")
    url = f"/encryption-keys/schedule-deletion?key_id={key.key_id}"

    assert signed_in.post(url, {"pending_window_in_days": "3"}, **HTMX).status_code == 422
    signed_in.post(url, {"pending_window_in_days": "7"}, **HTMX)
    key.refresh_from_db()
    assert key.state == "PendingDeletion"

    signed_in.post(f"/encryption-keys/cancel-deletion?key_id={key.key_id}", **HTMX)
    key.refresh_from_db()
    assert key.state == "Disabled"


def test_aws_managed_key_offers_no_change(signed_in: Client, call: Call) -> None:
    make_secret(call)

    page = signed_in.get("/encryption-keys/")

    (row,) = page.context["keys"]
    assert row["entry"].is_aws_managed
    assert row["actions"] == []


def test_who_may_not_list_keys_is_told_so(sign_in: Any, mallory: Person) -> None:
    page = sign_in(mallory).get("/encryption-keys/").content.decode()

    assert "is not authorized to perform: kms:ListAliases" in page


def test_page_of_another_region_acts_there(signed_in: Client) -> None:
    """A key made from eu-west-1's page was once made in the session's Region."""
    page = signed_in.get("/encryption-keys/?region=eu-west-1")
    signed_in.post("/change-region", {"region": "us-west-2", "next": "/"})  # meanwhile, in another tab

    signed_in.post(page.context["create_url"], {"alias": "irish"}, **HTMX)

    assert KeyAlias.objects.get(name="alias/irish").region == "eu-west-1"


# --- the page of one key -------------------------------------------------------------------------


def on_key_page(key: KmsKey) -> dict[str, Any]:
    return {**HTMX, "HTTP_HX_CURRENT_URL": f"http://testserver/encryption-keys/key?key_id={key.key_id}"}


def test_page_of_a_key_shows_what_it_is_and_what_it_protects(signed_in: Client, call: Call) -> None:
    key = make_key("alias/mine")
    make_secret(call, "under-it", kms_key_id=key.arn)

    page = signed_in.get(f"/encryption-keys/key?key_id={key.key_id}").content.decode()

    for text in (key.arn, "alias/mine", "under-it", "Current", "Enabled"):
        assert text in page


def test_unknown_key_is_not_found(signed_in: Client) -> None:
    assert signed_in.get("/encryption-keys/key?key_id=none").status_code == 400
    assert "Invalid keyId" in signed_in.get("/encryption-keys/key?key_id=none").content.decode()


def test_page_of_a_key_says_what_may_not_be_listed(sign_in: Any, call: Call) -> None:
    key = make_key("alias/mine")
    make_secret(call, "under-it", kms_key_id=key.arn)
    allowed = [{"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"}]
    client = sign_in(make_person("looker", {"Version": "2012-10-17", "Statement": allowed}))

    page = client.get(f"/encryption-keys/key?key_id={key.key_id}").content.decode()

    assert key.arn in page
    assert "under-it" not in page
    for action in ("kms:ListAliases", "kms:ListKeyRotations", "secretsmanager:ListSecrets"):
        assert f"is not authorized to perform: {action}" in page


def test_key_is_rotated_from_its_page(signed_in: Client) -> None:
    key = make_key("alias/mine")

    answer = signed_in.post(f"/encryption-keys/rotate?key_id={key.key_id}", **on_key_page(key))

    assert answer["HX-Retarget"] == "#key"
    assert "You successfully rotated the key." in answer.content.decode()
    assert key.backing_keys.count() == 2


def test_alias_is_renamed_and_deleted(signed_in: Client) -> None:
    key = make_key("alias/old")
    query = f"?key_id={key.key_id}&alias="

    signed_in.post(f"/encryption-keys/rename-alias{query}alias/old", {"alias": "new"}, **on_key_page(key))
    assert [alias.name for alias in key.aliases.all()] == ["alias/new"]

    answer = signed_in.post(f"/encryption-keys/rename-alias{query}alias/gone", {"alias": "x"}, **on_key_page(key))
    assert answer.status_code == 422
    assert "alias/gone is not found." in answer.content.decode()

    signed_in.post(f"/encryption-keys/delete-alias{query}alias/new", **on_key_page(key))
    assert not key.aliases.exists()


def test_description_of_a_key_is_edited(signed_in: Client) -> None:
    key = make_key("alias/mine")

    answer = signed_in.post(f"/encryption-keys/description?key_id={key.key_id}", {"description": "for orders"})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/encryption-keys/?")
    key.refresh_from_db()
    assert key.description == "for orders"


def test_disabling_says_how_many_more_there_are(signed_in: Client, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets_app.kms.protected.MOST_NAMES", 1)
    key = make_key("alias/mine")
    for name in ("a-secret", "b-secret", "c-secret"):
        make_secret(call, name, kms_key_id=key.arn)

    shown = signed_in.get(f"/encryption-keys/disable?key_id={key.key_id}", **HTMX).content.decode()

    assert "These 3 secrets stop working" in shown
    assert "And 2 more." in shown
    assert "b-secret" not in shown


def test_menu_of_a_key_says_why_an_item_is_off(signed_in: Client) -> None:
    key = make_key("alias/mine")
    signed_in.post(f"/encryption-keys/disable?key_id={key.key_id}", **HTMX)

    page = signed_in.get(f"/encryption-keys/key?key_id={key.key_id}")

    reasons = {item["label"]: item["disabled_reason"] for item in page.context["actions"]}
    assert reasons["Rotate now"] == "Enable the key first."
    assert reasons["Enable"] == ""


def test_automatic_rotation_is_enabled_shown_and_disabled(signed_in: Client) -> None:
    key = make_key("alias/yearly")
    page = f"/encryption-keys/key?key_id={key.key_id}&region={key.region}"

    def shown_after(action: str) -> str:
        signed_in.post(f"/encryption-keys/{action}?key_id={key.key_id}&region={key.region}")
        return signed_in.get(page).content.decode()

    assert "Every 365 days, next on" in shown_after("enable-rotation")
    assert "Every 365 days, next on" not in shown_after("disable-rotation")
    assert KmsKey.objects.filter(pk=key.pk, rotation_period_days=None, next_rotation_at=None).exists()


def test_a_key_policy_is_shown_edited_and_refused_where_it_locks_out(signed_in: Client) -> None:
    key = make_key("alias/guarded")
    address = f"?key_id={key.key_id}&region={key.region}"
    shown = signed_in.get(f"/encryption-keys/policy{address}")
    assert "Enable IAM User Permissions" in signed_in.get(f"/encryption-keys/key{address}").content.decode()
    ours = shown.context["document"].replace("key-default-1", "ours")

    refused = signed_in.post(f"/encryption-keys/policy{address}", {"policy": ours.replace("kms:*", "kms:Encrypt")})
    assert (refused.status_code, "will not allow you to update" in refused.content.decode()) == (422, True)
    assert signed_in.post(f"/encryption-keys/policy{address}", {"policy": ""}).status_code == 422
    signed_in.post(f"/encryption-keys/policy{address}", {"policy": ours.replace("\n", "\r\n")})

    key.refresh_from_db()
    assert key.policy == ours
