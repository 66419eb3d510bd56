"""Every member of every operation, given wrong: refused by the right code, nothing written, the next call served, and
nothing sensitive in the answer, the audit trail or the log. The cases come from the service model: bad_input.py."""

import hashlib
import uuid
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.db import transaction

from secrets_app.models import AuditChain, AuditEvent, AuditLedger
from secrets_app.operations._operation import REGISTERED
from secrets_app.service_model import service
from tests import factories
from tests.aws import bad_input
from tests.aws.bad_input import MARKER, MARKER_AS_BYTES, SECRET
from tests.aws.wire import Answer, Wire

OPERATIONS = sorted(
    key for key in REGISTERED if key[0] in ("secretsmanager", "kms") and key[1] in service(key[0]).operations
)
TARGET_PREFIXES = {"secretsmanager": "secretsmanager", "kms": "TrentService"}
NARROWER_THAN_THE_MODEL = {
    ("ScheduleKeyDeletion", "pendingWindowInDays"),  # 7 to 30 days (documented; api.md 7)
    ("Decrypt", "ciphertextBlob"),  # as of ReEncrypt: the model lets it be absent for the sake of dry runs alone
    ("ReEncrypt", "ciphertextBlob"),
}

each_operation = pytest.mark.parametrize(("service_name", "operation"), OPERATIONS)


@pytest.fixture
def stored(wire: Wire, aws: Any) -> None:
    """What the requests are about, so that only the bad member is wrong with them."""
    aws.create_secret(Name=SECRET, SecretString="stored")
    factories.make_key("alias/app")


def post(wire: Wire, service_name: str, operation: str, body: bytes) -> Answer:
    return wire.post(f"{TARGET_PREFIXES[service_name]}.{operation}", body=body, service=service_name)


def everything_stored() -> str:
    """A digest of every table but the audit trail."""
    digest = hashlib.sha256()
    for model in apps.get_models():
        if model not in (AuditEvent, AuditChain, AuditLedger):
            digest.update(serializers.serialize("json", model._default_manager.order_by("pk")).encode())
    return digest.hexdigest()


def message(answer: Answer) -> str:
    return str(answer.json.get("message", answer.json.get("Message", "")))


@each_operation
def test_bad_members_are_refused(
    wire: Wire, stored: None, service_name: str, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = service(service_name).operations[operation]
    before = everything_stored()

    found = [(bad, post(wire, service_name, operation, bad.body)) for bad in bad_input.refused(model)]

    wrong = [
        (bad.what, answer.status, answer.body[:200])
        for bad, answer in found
        if answer.status != 400 or (bad.codes and answer.error not in bad.codes)
    ]
    assert wrong == []
    assert everything_stored() == before
    assert wire.post("DescribeSecret", {"SecretId": SECRET}).status == 200
    assert caplog.text == ""
    said = [answer.body.decode() for _, answer in found] + [str(row) for row in AuditEvent.objects.values_list()]
    assert [text for text in said if MARKER in text or MARKER_AS_BYTES in text] == []


@each_operation
def test_the_ends_of_the_limits_are_within_them(wire: Wire, stored: None, service_name: str, operation: str) -> None:
    """Such a call may still be refused, but not for that member's length or value."""
    model = service(service_name).operations[operation]

    for member, body in bad_input.at_the_ends(model):
        with transaction.atomic():
            answer = post(wire, service_name, operation, body)
            transaction.set_rollback(True)
        assert answer.status in (200, 400), (member.shown, answer.body)
        if answer.status == 400:
            assert answer.error != "SerializationException", (member.shown, answer.body)
            if (operation, member.shown) not in NARROWER_THAN_THE_MODEL:
                assert f"at '{member.shown}' failed" not in message(answer)


def test_sixty_four_kib_and_a_byte_more(wire: Wire, stored: None) -> None:
    """The quota is in bytes, whatever the characters."""
    for text in ("x" * 65_536, "\N{SNOWMAN}" * 21_845 + "x"):
        more = {"SecretId": SECRET, "ClientRequestToken": str(uuid.uuid4())}
        assert wire.post("PutSecretValue", {**more, "SecretString": text}).status == 200
        more["ClientRequestToken"] = str(uuid.uuid4())
        refused = wire.post("PutSecretValue", {**more, "SecretString": text + "x"})
        assert refused.error == "ValidationException"
        assert message(refused).startswith("1 validation error detected: Value at 'secretString' failed")
