"""Secret value: nothing of it leaves the server before somebody asks; then masked, never cached."""

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, KeyState, KmsKey, Secret
from tests.console.secret.pages import address, allowing, post, read
from tests.factories import Person, make_key, make_person, make_secret, make_version

pytestmark = pytest.mark.django_db


def save(client: Client, secret: Secret, text: str, **more: Any) -> Any:
    """As the dialog that shows the first version sends it."""
    edited = secret.versions.order_by("id").first()
    data = {
        "secret_string": text,
        "client_request_token": str(uuid.uuid4()),
        "edited_version_id": edited.version_id if edited else "",
        **more,
    }
    return post(client, "secret-value-edit", secret, data)


def test_page_does_not_hold_the_value_before_it_is_asked_for(signed_in: Client, secret: Secret) -> None:
    page = signed_in.get(address("secret", secret)).content.decode()

    assert "Retrieve secret value" in page
    assert "first-password" not in page


def test_retrieving_is_a_post_audited_and_not_cached(signed_in: Client, secret: Secret) -> None:
    assert signed_in.get(address("secret-value-retrieve", secret)).status_code == 405

    answer = post(signed_in, "secret-value-retrieve", secret, {})

    assert "first-password" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert AuditEvent.objects.filter(event_name="GetSecretValue", door="console").count() == 1


def test_without_script_the_value_comes_with_the_page(signed_in: Client, secret: Secret) -> None:
    page = signed_in.post(address("secret-value-retrieve", secret)).content.decode()

    assert "<!doctype html>" in page
    assert "first-password" in page
    assert "first-password" not in signed_in.post(address("secret-value-close", secret)).content.decode()


def test_refused_retrieval_says_why_in_the_panel(sign_in: Any, secret: Secret) -> None:
    describer = make_person("describer", allowing("secretsmanager:DescribeSecret"))

    panel = post(sign_in(describer), "secret-value-retrieve", secret, {}).content.decode()

    assert "Failed to get the secret value" in panel
    assert "is not authorized to perform: secretsmanager:GetSecretValue" in panel
    assert "Retry" in panel
    assert "first-password" not in panel


def test_disabled_key_is_named_in_the_panel(signed_in: Client, call: Call) -> None:
    key = make_key("alias/orders")
    secret = make_secret(call, "orders", kms_key_id="alias/orders")
    KmsKey.objects.filter(pk=key.pk).update(state=KeyState.DISABLED)

    panel = post(signed_in, "secret-value-retrieve", secret, {}).content.decode()

    assert "Failed to get the secret value" in panel
    assert "first-password" not in panel


def test_who_may_not_even_see_the_secret_learns_nothing(sign_in: Any, mallory: Person, secret: Secret) -> None:
    answer = sign_in(mallory).post(address("secret-value-retrieve", secret))

    assert answer.status_code == 403
    assert "first-password" not in answer.content.decode()


def test_who_may_only_read_is_refused_at_save_and_keeps_what_was_typed(
    sign_in: Any, bob: Person, secret: Secret
) -> None:
    answer = save(sign_in(bob), secret, "typed by bob")

    assert answer.status_code == 422
    assert "is not authorized to perform: secretsmanager:PutSecretValue" in answer.content.decode()
    assert "typed by bob" in answer.content.decode()
    assert secret.versions.count() == 1


def test_value_is_saved_as_a_new_version(signed_in: Client, call: Call, secret: Secret) -> None:
    answer = save(signed_in, secret, '{"username":"saanvi","password":"second"}')

    assert "Your secret value has been updated." in answer.content.decode()
    assert "second" not in answer.content.decode()
    current = operations.get_secret_value(call, secret_id=secret.arn)
    previous = operations.get_secret_value(call, secret_id=secret.arn, version_stage="AWSPREVIOUS")
    assert current.value.string == '{"username":"saanvi","password":"second"}'
    assert "first-password" in (previous.value.string or "")


def test_form_sent_twice_stores_once(signed_in: Client, secret: Secret) -> None:
    token = str(uuid.uuid4())
    edited = secret.versions.get().version_id
    for _ in range(2):
        answer = save(signed_in, secret, "second", client_request_token=token, edited_version_id=edited)
        assert answer.status_code == 200

    assert secret.versions.count() == 2


def test_somebody_elses_newer_value_is_not_overwritten_unseen(signed_in: Client, call: Call, secret: Secret) -> None:
    theirs = make_version(call, secret, "theirs")

    answer = save(signed_in, secret, "mine")

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert f"AWSCURRENT is now version {theirs}" in shown
    assert "mine" in shown
    assert f'name="edited_version_id" value="{theirs}"' in shown  # saving once more is a decision
    assert save(signed_in, secret, "mine", edited_version_id=theirs).status_code == 200


@pytest.mark.parametrize(("stored", "line_breaks"), [("one\ntwo", "lf"), ("one\r\ntwo", "crlf")])
def test_line_breaks_stay_what_they_were(
    signed_in: Client, call: Call, secret: Secret, stored: str, line_breaks: str
) -> None:
    """A browser sends CRLF for every line break, whatever the value had."""
    version_id = make_version(call, secret, stored)

    editor = read(signed_in, "secret-value-edit", secret)
    sent = {"line_breaks": line_breaks, "edited_version_id": version_id}
    save(signed_in, secret, "one\r\ntwo", **sent)

    assert f'name="line_breaks" value="{line_breaks}"' in editor
    assert operations.get_secret_value(call, secret_id=secret.arn).value.string == stored


def test_copied_text_keeps_its_carriage_returns(signed_in: Client, call: Call) -> None:
    secret = make_secret(call, "crlf", secret_string="one\r\ntwo")

    assert "one&#13;\ntwo" in post(signed_in, "secret-value-retrieve", secret, {}).content.decode()


def test_too_large_a_value_is_refused_at_the_field_and_kept(signed_in: Client, secret: Secret) -> None:
    """The limit is in bytes: 40,000 times two of them."""
    answer = save(signed_in, secret, "é" * 40_000)

    assert answer.status_code == 422
    assert "Enter at most 65,536 bytes; this is 80,000." in answer.content.decode()
    assert "é" * 40_000 in answer.content.decode()


def test_largest_value_of_many_lines_fits(signed_in: Client, call: Call, secret: Secret) -> None:
    """Line breaks arrive as two characters each and are stored as one."""
    save(signed_in, secret, "x\r\n" * 32_768)

    assert operations.get_secret_value(call, secret_id=secret.arn).value.string == "x\n" * 32_768


def test_empty_value_is_refused_at_the_field(signed_in: Client, secret: Secret) -> None:
    answer = save(signed_in, secret, "")

    assert answer.status_code == 422
    assert "Enter a secret value." in answer.content.decode()


def test_secret_without_a_value_offers_to_set_one(signed_in: Client, call: Call) -> None:
    empty = make_secret(call, "empty", secret_string=None)

    page = read(signed_in, "secret", empty)
    dialog = read(signed_in, "secret-value-edit", empty)
    saved = save(signed_in, empty, "first")

    assert "This secret has no value yet" in page
    assert "Set secret value" in page
    assert "Retrieve secret value" not in page
    assert '<h2 id="dialog-title">Set secret value</h2>' in dialog
    assert "Retrieve secret value" in saved.content.decode()
    assert operations.get_secret_value(call, secret_id=empty.arn).value.string == "first"


def test_replica_can_be_read_and_not_edited(signed_in: Client, secret: Secret) -> None:
    Secret.objects.filter(pk=secret.pk).update(primary_region="eu-west-1")

    panel = post(signed_in, "secret-value-retrieve", secret, {}).content.decode()

    assert "first-password" in panel
    assert "Operation not permitted on a replica secret." in panel
    assert "secret-value-edit" not in panel


def test_binary_is_shown_as_size_and_base64(signed_in: Client, call: Call) -> None:
    binary = make_secret(call, "binary", secret_binary=b"\x00\x01")

    answer = post(signed_in, "secret-value-retrieve", binary, {}).content.decode()

    assert "2 bytes" in answer
    assert "AAE=" in answer
    assert "Saving replaces it with the text below" in read(signed_in, "secret-value-edit", binary)


def test_text_that_has_no_rows_opens_as_plaintext(signed_in: Client, call: Call) -> None:
    secret = make_secret(call, "certificate", secret_string="-----BEGIN CERTIFICATE-----")

    answer = post(signed_in, "secret-value-retrieve", secret, {}).content.decode()

    assert 'id="tab-value-text" aria-controls="tab-panel-value-text" aria-selected="true"' in answer
    assert "can't be converted to key name and value pairs" in answer


def test_markup_in_a_value_is_text(signed_in: Client, call: Call) -> None:
    secret = make_secret(call, "xss", secret_string='{"<b>k</b>": "<script>alert(1)</script>"}')

    answer = post(signed_in, "secret-value-retrieve", secret, {}).content.decode()

    assert "<script>alert(1)" not in answer
    assert "<b>k</b>" not in answer


def test_nested_json_is_shown_as_a_tree(signed_in: Client, call: Call) -> None:
    secret = make_secret(call, "nested", secret_string='{"hosts": ["one", "two"], "db": {"port": 5432}}')

    answer = post(signed_in, "secret-value-retrieve", secret, {}).content.decode()

    assert 'class="value-tree"' in answer
    assert "Copy the value of hosts &gt; 1" in answer
    assert "can't be converted" not in answer


def test_value_leaves_the_page_by_itself(signed_in: Client, secret: Secret) -> None:
    """hide_value.js counts; without script the browser goes back to the page without the value."""
    with_script = post(signed_in, "secret-value-retrieve", secret, {})
    without = signed_in.post(address("secret-value-retrieve", secret))

    assert 'data-hide-after="60" data-hide-by="secret-value-button"' in with_script.content.decode()
    assert "Refresh" not in with_script.headers
    assert without.headers["Refresh"].startswith("60; url=/secret/?name=prod%2Fdatabase")


def test_shown_value_is_masked_and_copied_as_a_whole(signed_in: Client, secret: Secret) -> None:
    panel = post(signed_in, "secret-value-retrieve", secret, {}).content.decode()

    assert "Show all" in panel
    assert "Copy all" in panel
    assert re.search(r"data-reveal-text hidden>first-password<", panel)


def test_download_is_a_post_audited_and_not_cached(signed_in: Client, call: Call) -> None:
    binary = make_secret(call, "certificates/server-key", secret_binary=b"\x00\xff")
    assert signed_in.get(address("secret-value-download", binary)).status_code == 405

    answer = signed_in.post(address("secret-value-download", binary))

    assert answer.content == b"\x00\xff"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="server-key.bin"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "no-store" in answer.headers["Cache-Control"]
    assert AuditEvent.objects.filter(event_name="GetSecretValue", door="console").count() == 1


def test_download_of_an_older_version(signed_in: Client, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    make_version(call, secret, "second")

    answer = signed_in.post(address("secret-value-download", secret, version_id=first))

    assert b"first-password" in answer.content


def test_download_is_refused_to_who_may_not_read_the_value(sign_in: Any, secret: Secret) -> None:
    describer = make_person("describer", allowing("secretsmanager:DescribeSecret"))

    answer = sign_in(describer).post(address("secret-value-download", secret))

    assert answer.status_code == 403
    assert b"first-password" not in answer.content


def send_file(client: Client, secret: Secret, content: bytes, **more: str) -> Any:
    edited = secret.versions.order_by("id").first()
    data = {
        "file": SimpleUploadedFile("key.der", content),
        "client_request_token": str(uuid.uuid4()),
        "edited_version_id": edited.version_id if edited else "",
        **more,
    }
    return post(client, "secret-value-upload", secret, data)


def test_uploaded_file_becomes_a_binary_version(signed_in: Client, call: Call, secret: Secret) -> None:
    assert 'enctype="multipart/form-data"' in read(signed_in, "secret-value-upload", secret)

    answer = send_file(signed_in, secret, b"\x00\x01\r\n\xff")

    assert "Your secret value has been updated." in answer.content.decode()
    assert operations.get_secret_value(call, secret_id=secret.arn).value.binary == b"\x00\x01\r\n\xff"


def test_first_value_can_be_a_file(signed_in: Client, call: Call) -> None:
    empty = make_secret(call, "empty", secret_string=None)

    send_file(signed_in, empty, b"\x01")

    assert operations.get_secret_value(call, secret_id=empty.arn).value.binary == b"\x01"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"", "This file is empty."), (b"x" * 65_537, "Choose a file of at most 65,536 bytes; this has 65,537.")],
)
def test_file_that_does_not_fit_is_refused_at_the_field(
    signed_in: Client, secret: Secret, content: bytes, complaint: str
) -> None:
    answer = send_file(signed_in, secret, content)

    assert answer.status_code == 422
    assert complaint in answer.content.decode()
    assert secret.versions.count() == 1


def test_largest_file_fits(signed_in: Client, call: Call, secret: Secret) -> None:
    send_file(signed_in, secret, b"\xff" * 65_536)

    assert operations.get_secret_value(call, secret_id=secret.arn).value.binary == b"\xff" * 65_536


def test_upload_does_not_overwrite_a_newer_value_unseen(signed_in: Client, call: Call, secret: Secret) -> None:
    make_version(call, secret, "theirs")

    answer = send_file(signed_in, secret, b"mine")

    assert answer.status_code == 422
    assert "Another value was stored while you edited this one" in answer.content.decode()
    assert operations.get_secret_value(call, secret_id=secret.arn).value.string == "theirs"


def test_upload_is_refused_to_who_may_only_read(sign_in: Any, bob: Person, secret: Secret) -> None:
    answer = send_file(sign_in(bob), secret, b"by bob")

    assert answer.status_code == 422
    assert "is not authorized to perform: secretsmanager:PutSecretValue" in answer.content.decode()


def test_uploads_never_touch_the_disk(settings: Any) -> None:
    assert settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
