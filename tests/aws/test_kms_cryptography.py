"""Encrypt, Decrypt and GenerateDataKey by boto3. Facts: api.md 7."""

import json
import uuid
from typing import Any

import pytest

from secrets_app.kms import keys
from secrets_app.models import AuditEvent, KmsKey
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import HOME, Refusal, Wire, refused
from tests.factories import Person

CONTEXT = {"tenant": "acme", "purpose": "backup"}
MISMATCH = Refusal(
    "IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation."
)
DAMAGED = Refusal("InvalidCiphertextException", "")
WOULD_HAVE = Refusal("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")


def not_yours(person: Person) -> Refusal:
    """Seen in the field."""
    return Refusal(
        "AccessDeniedException",
        f"User: {person.arn} is not authorized to perform: kms:Decrypt on the resource associated with this "
        "ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a "
        "resource-based policy explicitly denies access",
    )


@pytest.fixture
def kms(alice: Person, aws_as: MakeClient) -> Any:
    return aws_as(alice, service="kms")


@pytest.fixture
def key(alice: Person) -> KmsKey:
    return factories.make_key("alias/app")


# --- Encrypt and Decrypt -------------------------------------------------------------------------------


def test_what_was_encrypted_comes_back(kms: Any, key: KmsKey) -> None:
    encrypted = kms.encrypt(KeyId=key.key_id, Plaintext=b"\x00hunter2\xff", EncryptionContext=CONTEXT)
    decrypted = kms.decrypt(CiphertextBlob=encrypted["CiphertextBlob"], EncryptionContext=CONTEXT)

    assert set(encrypted) == {"CiphertextBlob", "KeyId", "EncryptionAlgorithm", "ResponseMetadata"}
    assert (encrypted["KeyId"], encrypted["EncryptionAlgorithm"]) == (key.arn, "SYMMETRIC_DEFAULT")
    assert set(decrypted) == {"KeyId", "Plaintext", "EncryptionAlgorithm", "KeyMaterialId", "ResponseMetadata"}
    assert (decrypted["KeyId"], decrypted["Plaintext"]) == (key.arn, b"\x00hunter2\xff")
    assert decrypted["KeyMaterialId"] == kms.describe_key(KeyId=key.key_id)["KeyMetadata"]["CurrentKeyMaterialId"]


def test_the_same_plaintext_never_looks_the_same_and_never_shows(kms: Any, key: KmsKey) -> None:
    one, other = (kms.encrypt(KeyId=key.key_id, Plaintext=b"hunter2")["CiphertextBlob"] for _ in range(2))

    assert one != other
    assert b"hunter2" not in one


@pytest.mark.parametrize("name", ["id", "arn", "alias", "alias arn"])
def test_a_key_is_used_by_any_of_its_names(kms: Any, key: KmsKey, name: str) -> None:
    named = {"id": key.key_id, "arn": key.arn, "alias": "alias/app", "alias arn": key.aliases.get().arn}[name]

    blob = kms.encrypt(KeyId=named, Plaintext=b"x")["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=blob, KeyId=named)["Plaintext"] == b"x"


@pytest.mark.parametrize("other", [{}, {"tenant": "acme"}, {**CONTEXT, "more": ""}, {"Tenant": "acme"}])
def test_another_context_opens_nothing(kms: Any, key: KmsKey, other: dict[str, str]) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x", EncryptionContext=CONTEXT)["CiphertextBlob"]

    assert refused(kms.decrypt, CiphertextBlob=blob, EncryptionContext=other) == DAMAGED
    assert refused(kms.decrypt, CiphertextBlob=blob) == DAMAGED


def test_an_empty_context_is_none_and_the_order_does_not_matter(kms: Any, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x", EncryptionContext={})["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x", EncryptionContext=CONTEXT)["CiphertextBlob"]
    turned = dict(reversed(CONTEXT.items()))
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=turned)["Plaintext"] == b"x"


def test_a_damaged_blob_is_told_without_a_message(kms: Any, wire: Wire, key: KmsKey) -> None:
    """Recorded: the member is absent, not empty."""
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]

    assert refused(kms.decrypt, CiphertextBlob=blob[:-1] + bytes([blob[-1] ^ 1])) == DAMAGED
    assert refused(kms.decrypt, CiphertextBlob=b"not a blob") == DAMAGED
    answer = wire.post("TrentService.Decrypt", {"CiphertextBlob": "AAAA"}, service="kms")
    assert (answer.status, answer.json) == (400, {"__type": "InvalidCiphertextException"})


def test_a_blob_that_claims_another_backing_key(kms: Any, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]

    assert refused(kms.decrypt, CiphertextBlob=blob[:4] + b"\x09" + blob[5:]) == DAMAGED


def test_another_key_than_the_one_named(kms: Any, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    other = factories.make_key()

    assert refused(kms.decrypt, CiphertextBlob=blob, KeyId=other.key_id) == MISMATCH


def test_after_a_rotation_old_blobs_still_open(kms: Any, key: KmsKey) -> None:
    old = kms.encrypt(KeyId=key.key_id, Plaintext=b"old")["CiphertextBlob"]
    keys.add_backing_key(key, factories.NOW)
    new = kms.encrypt(KeyId=key.key_id, Plaintext=b"new")["CiphertextBlob"]

    of_old, of_new = kms.decrypt(CiphertextBlob=old), kms.decrypt(CiphertextBlob=new)

    assert (of_old["Plaintext"], of_new["Plaintext"]) == (b"old", b"new")
    assert of_old["KeyMaterialId"] != of_new["KeyMaterialId"]


@pytest.mark.parametrize(("size", "accepted"), [(1, True), (4096, True), (4097, False)])
def test_four_kibibytes_at_most(kms: Any, key: KmsKey, size: int, accepted: bool) -> None:
    """Recorded: the value is not echoed. The largest blob must fit Decrypt's own limit."""
    if accepted:
        blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x" * size)["CiphertextBlob"]
        assert len(kms.decrypt(CiphertextBlob=blob)["Plaintext"]) == size
    else:
        assert refused(kms.encrypt, KeyId=key.key_id, Plaintext=b"x" * size) == Refusal(
            "ValidationException",
            "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
            "Member must have length less than or equal to 4096",
        )


def test_a_blob_must_be_given(wire: Wire, alice: Person) -> None:
    answer = wire.post("TrentService.Decrypt", {}, service="kms")

    assert answer.json == {
        "__type": "ValidationException",
        "message": "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: "
        "Member must not be null",
    }


def test_an_algorithm_of_other_keys(kms: Any, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x", EncryptionAlgorithm="SYMMETRIC_DEFAULT")["CiphertextBlob"]
    asked: dict[str, Any] = {"KeyId": key.key_id, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}

    assert refused(kms.encrypt, Plaintext=b"x", **asked).code == "InvalidKeyUsageException"
    assert refused(kms.decrypt, CiphertextBlob=blob, **asked).code == "InvalidKeyUsageException"


# --- GenerateDataKey -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "size"),
    [({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 1024}, 1024)],
)
def test_a_data_key_comes_in_clear_and_encrypted(kms: Any, key: KmsKey, asked: dict[str, Any], size: int) -> None:
    made = kms.generate_data_key(KeyId="alias/app", EncryptionContext=CONTEXT, **asked)

    assert set(made) == {"CiphertextBlob", "Plaintext", "KeyId", "KeyMaterialId", "ResponseMetadata"}
    assert (made["KeyId"], len(made["Plaintext"])) == (key.arn, size)
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert opened["Plaintext"] == made["Plaintext"]


@pytest.mark.parametrize("asked", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}])
def test_exactly_one_size(kms: Any, key: KmsKey, asked: dict[str, Any]) -> None:
    assert refused(kms.generate_data_key, KeyId=key.key_id, **asked) == Refusal(
        "ValidationException", "Please specify either number of bytes or key spec."
    )


def test_a_data_key_has_at_most_a_kibibyte(kms: Any, key: KmsKey) -> None:
    assert refused(kms.generate_data_key, KeyId=key.key_id, NumberOfBytes=1025) == Refusal(
        "ValidationException",
        "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: "
        "Member must have value less than or equal to 1024",
    )


# --- states --------------------------------------------------------------------------------------------


def three_ways(kms: Any, key: KmsKey, blob: bytes) -> list[Refusal]:
    return [
        refused(kms.encrypt, KeyId=key.key_id, Plaintext=b"x"),
        refused(kms.generate_data_key, KeyId=key.key_id, KeySpec="AES_256"),
        refused(kms.decrypt, CiphertextBlob=blob),
    ]


def test_a_disabled_key_does_nothing(kms: Any, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key.key_id)

    assert three_ways(kms, key, blob) == [Refusal("DisabledException", f"{key.arn} is disabled.")] * 3

    kms.enable_key(KeyId=key.key_id)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_a_key_pending_deletion_does_nothing(kms: Any, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=key.key_id)

    assert three_ways(kms, key, blob) == [Refusal("KMSInvalidStateException", f"{key.arn} is pending deletion.")] * 3


def test_there_is_no_such_key(kms: Any, key: KmsKey) -> None:
    missing = str(uuid.uuid4())

    assert refused(kms.encrypt, KeyId=missing, Plaintext=b"x") == Refusal(
        "NotFoundException", f"Key 'arn:aws:kms:us-west-2:123456789012:key/{missing}' does not exist"
    )
    assert refused(kms.encrypt, KeyId="alias/none", Plaintext=b"x").code == "NotFoundException"


def test_the_key_of_the_blob_is_gone(kms: Any, alice: Person, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    key.delete()

    assert refused(kms.decrypt, CiphertextBlob=blob) == not_yours(alice)


# --- dry runs ------------------------------------------------------------------------------------------


def test_a_dry_run_says_that_it_would_have_worked(kms: Any, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]

    assert refused(kms.encrypt, status=412, KeyId=key.key_id, Plaintext=b"x", DryRun=True) == WOULD_HAVE
    assert refused(kms.generate_data_key, status=412, KeyId=key.key_id, KeySpec="AES_256", DryRun=True) == WOULD_HAVE
    assert refused(kms.decrypt, status=412, CiphertextBlob=blob, DryRun=True) == WOULD_HAVE


def test_a_dry_run_that_would_not_have_worked(kms: Any, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x", EncryptionContext=CONTEXT)["CiphertextBlob"]

    assert refused(kms.decrypt, CiphertextBlob=blob, DryRun=True) == DAMAGED


def test_a_dry_run_without_a_blob_names_its_key(kms: Any, key: KmsKey) -> None:
    modifiers = ["IGNORE_CIPHERTEXT"]

    assert refused(kms.decrypt, status=412, KeyId=key.key_id, DryRun=True, DryRunModifiers=modifiers) == WOULD_HAVE
    assert refused(kms.decrypt, DryRun=True, DryRunModifiers=modifiers).code == "ValidationException"


# --- who may -------------------------------------------------------------------------------------------


def test_without_permission(kms: Any, mallory: Person, aws_as: MakeClient, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    kms_of_mallory = aws_as(mallory, service="kms")

    assert refused(kms_of_mallory.encrypt, KeyId=key.key_id, Plaintext=b"x") == Refusal(
        "AccessDeniedException",
        f"User: {mallory.arn} is not authorized to perform: kms:Encrypt on resource: {key.arn} "
        "because no identity-based policy allows the kms:Encrypt action",
    )
    assert refused(kms_of_mallory.decrypt, CiphertextBlob=blob) == not_yours(mallory)


def test_a_blob_of_another_account_or_region_is_not_told_from_one_of_nobody(
    kms: Any, alice: Person, aws_as: MakeClient, key: KmsKey
) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    stranger = factories.make_person("eve", factories.EVERYTHING, account="210987654321")

    assert refused(aws_as(stranger, service="kms").decrypt, CiphertextBlob=blob) == not_yours(stranger)
    elsewhere = aws_as(alice, service="kms", region="eu-west-1")
    assert refused(elsewhere.decrypt, CiphertextBlob=blob) == not_yours(alice)


def test_a_policy_may_ask_for_the_context(kms: Any, aws_as: MakeClient, key: KmsKey) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {
                "StringEquals": {"kms:EncryptionContext:tenant": "acme"},
                "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["tenant"]},
            },
        },
    }
    narrow = aws_as(factories.make_person("carol", policy), service="kms")

    made = narrow.encrypt(KeyId=key.key_id, Plaintext=b"x", EncryptionContext={"tenant": "acme"})
    assert narrow.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"tenant": "acme"})["Plaintext"]
    for context in ({"tenant": "other"}, CONTEXT):
        refusal = refused(narrow.encrypt, KeyId=key.key_id, Plaintext=b"x", EncryptionContext=context)
        assert refusal.code == "AccessDeniedException"


def test_the_managed_key_is_for_secrets_manager_alone(kms: Any, aws: Any) -> None:
    """Its key policy: only by way of Secrets Manager (security.md 3.3)."""
    aws.create_secret(Name="a", SecretString="x")

    refusal = refused(kms.encrypt, KeyId="alias/aws/secretsmanager", Plaintext=b"x")

    assert refusal.code == "AccessDeniedException"
    assert "because no resource-based policy allows the kms:Encrypt action" in refusal.message


# --- the audit trail -----------------------------------------------------------------------------------


def test_the_trail_has_the_context_and_neither_plaintext_nor_blob(kms: Any, key: KmsKey) -> None:
    made = kms.encrypt(KeyId=key.key_id, Plaintext=b"hunter2", EncryptionContext=CONTEXT)
    kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
    kms.generate_data_key(KeyId=key.key_id, KeySpec="AES_256")

    rows = list(AuditEvent.objects.order_by("id"))
    assert [(row.event_name, row.read_only, row.region) for row in rows] == [
        ("Encrypt", True, HOME),
        ("Decrypt", True, HOME),
        ("GenerateDataKey", True, HOME),
    ]
    assert [json.loads(row.request_parameters) for row in rows] == [
        {"KeyId": key.key_id, "EncryptionContext": CONTEXT},
        {"EncryptionContext": CONTEXT},
        {"KeyId": key.key_id, "KeySpec": "AES_256"},
    ]


# --- ReEncrypt, and data keys without plaintext ------------------------------------------------------------


def test_ciphertext_moves_to_another_key_and_context(kms: Any, key: KmsKey) -> None:
    other = factories.make_key("alias/other")
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"hunter2", EncryptionContext=CONTEXT)["CiphertextBlob"]

    moved = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId="alias/other",
        DestinationEncryptionContext={"tenant": "other"},
    )

    assert {name: moved[name] for name in ("SourceKeyId", "KeyId")} == {"SourceKeyId": key.arn, "KeyId": other.arn}
    assert set(moved) == {
        "CiphertextBlob",
        "SourceKeyId",
        "KeyId",
        "SourceEncryptionAlgorithm",
        "DestinationEncryptionAlgorithm",
        "SourceKeyMaterialId",
        "DestinationKeyMaterialId",
        "ResponseMetadata",
    }
    opened = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"tenant": "other"})
    assert (opened["Plaintext"], opened["KeyId"]) == (b"hunter2", other.arn)


@pytest.mark.parametrize(("action", "is_allowed"), [("kms:ReEncrypt*", True), ("kms:ReEncryptFrom", False)])
def test_re_encrypt_takes_a_permission_on_each_key(
    kms: Any, key: KmsKey, aws_as: MakeClient, action: str, is_allowed: bool
) -> None:
    """API reference, ReEncrypt: kms:ReEncryptFrom on the source, kms:ReEncryptTo on the destination."""
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    carol = aws_as(factories.make_person("carol", document), service="kms")
    again = {"CiphertextBlob": blob, "SourceKeyId": key.key_id, "DestinationKeyId": key.key_id}

    if is_allowed:
        assert carol.re_encrypt(**again)["KeyId"] == key.arn
    else:
        assert "perform: kms:ReEncryptTo on resource" in refused(carol.re_encrypt, **again).message


def test_a_dry_run_of_re_encrypt(kms: Any, key: KmsKey) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]

    stopped = refused(kms.re_encrypt, status=412, CiphertextBlob=blob, DestinationKeyId=key.key_id, DryRun=True)
    assert stopped == WOULD_HAVE
    assert refused(kms.re_encrypt, CiphertextBlob=b"\1" * 80, DestinationKeyId=key.key_id) == DAMAGED


def test_a_data_key_without_plaintext_is_opened_later(kms: Any, key: KmsKey) -> None:
    made = kms.generate_data_key_without_plaintext(KeyId="alias/app", KeySpec="AES_256", EncryptionContext=CONTEXT)

    assert set(made) == {"CiphertextBlob", "KeyId", "KeyMaterialId", "ResponseMetadata"}
    assert len(kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)["Plaintext"]) == 32
