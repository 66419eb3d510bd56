"""Data under a key: encrypted, decrypted, and data keys for those who encrypt themselves. Facts: api.md 7.

None of it is kept here, and no plaintext is written down: the audit trail leaves out what the model calls sensitive.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from secrets_app.authorization import decide_key
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, ValidationException
from secrets_app.kms import ciphertext, key_conditions, keys
from secrets_app.kms.ciphertext import Ciphertext
from secrets_app.kms.envelope import InvalidTag
from secrets_app.kms.errors import (
    DryRunOperationException,
    IncorrectKeyException,
    InvalidCiphertextException,
    InvalidKeyUsageException,
    UnsupportedOperationException,
)
from secrets_app.models import BackingKey, KmsKey
from secrets_app.operations._operation import operation
from secrets_app.service_model import OperationModel

from ._which_key import conditions, is_gone, key_named, refuse_unless_enabled

SYMMETRIC = key_conditions.SYMMETRIC
_BYTES_OF = {"AES_256": 32, "AES_128": 16}
_WITHOUT_CIPHERTEXT = "IGNORE_CIPHERTEXT"


@dataclass(frozen=True, slots=True)
class Encrypted:
    """blob: for the caller to keep. plaintext: the data key in clear, None for data that the caller brought."""

    key: KmsKey
    backing_key: BackingKey
    blob: bytes
    plaintext: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Decrypted:
    key: KmsKey
    backing_key: BackingKey
    plaintext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReEncrypted:
    result: Encrypted
    source: Decrypted


@operation("Encrypt", changes=False, service_name="kms")
def encrypt(
    call: Call,
    /,
    *,
    key_id: str,
    plaintext: bytes,
    encryption_context: dict[str, str] | None = None,
    grant_tokens: list[str] | None = None,
    encryption_algorithm: str | None = None,
    dry_run: bool | None = None,
) -> Encrypted:
    """Grants don't exist here, so their tokens say nothing."""
    del grant_tokens
    context = encryption_context or {}
    key = _usable_key(call, key_id, key_conditions.of_cryptography(context, encryption_algorithm or SYMMETRIC))
    _refuse_algorithm(key, encryption_algorithm)
    _stop_dry_run(dry_run)
    backing_key, blob = _sealed(key, plaintext, context)
    return Encrypted(key, backing_key, blob)


@operation("GenerateDataKey", changes=False, service_name="kms")
def generate_data_key(
    call: Call,
    /,
    *,
    key_id: str,
    encryption_context: dict[str, str] | None = None,
    number_of_bytes: int | None = None,
    key_spec: str | None = None,
    grant_tokens: list[str] | None = None,
    recipient: dict[str, Any] | None = None,
    dry_run: bool | None = None,
) -> Encrypted:
    """A random key in clear and under the KMS key. Text of the xor: seen in the field (local-kms#6)."""
    del grant_tokens
    _refuse_recipient(recipient)
    return _data_key(call, key_id, encryption_context or {}, number_of_bytes, key_spec, dry_run=dry_run)


@operation("GenerateDataKeyWithoutPlaintext", changes=False, service_name="kms")
def generate_data_key_without_plaintext(
    call: Call,
    /,
    *,
    key_id: str,
    encryption_context: dict[str, str] | None = None,
    key_spec: str | None = None,
    number_of_bytes: int | None = None,
    grant_tokens: list[str] | None = None,
    dry_run: bool | None = None,
) -> Encrypted:
    """The same for whoever will need the key later only, and will ask Decrypt for it then."""
    del grant_tokens
    made = _data_key(call, key_id, encryption_context or {}, number_of_bytes, key_spec, dry_run=dry_run)
    return replace(made, plaintext=None)


def _data_key(
    call: Call,
    key_id: str,
    context: Mapping[str, str],
    number_of_bytes: int | None,
    key_spec: str | None,
    *,
    dry_run: bool | None,
) -> Encrypted:
    if (number_of_bytes is None) == (key_spec is None):
        raise ValidationException("Please specify either number of bytes or key spec.", parameter="KeySpec")
    key = _usable_key(call, key_id, key_conditions.of_cryptography(context))
    _stop_dry_run(dry_run)
    data_key = secrets.token_bytes(number_of_bytes or _BYTES_OF[key_spec or ""])
    backing_key, blob = _sealed(key, data_key, context)
    return Encrypted(key, backing_key, blob, data_key)


@operation("Decrypt", changes=False, service_name="kms")
def decrypt(
    call: Call,
    /,
    *,
    ciphertext_blob: bytes | None = None,
    encryption_context: dict[str, str] | None = None,
    grant_tokens: list[str] | None = None,
    key_id: str | None = None,
    encryption_algorithm: str | None = None,
    recipient: dict[str, Any] | None = None,
    dry_run: bool | None = None,
    dry_run_modifiers: list[str] | None = None,
) -> Decrypted:
    """The blob says which key; a KeyId must name the same one. A dry run may do without a blob, but then needs a KeyId
    (documented)."""
    del grant_tokens
    _refuse_recipient(recipient)
    context = encryption_context or {}
    asked_of = key_conditions.of_cryptography(context, encryption_algorithm or SYMMETRIC)
    if ciphertext_blob is None:
        if not (dry_run and key_id and _WITHOUT_CIPHERTEXT in (dry_run_modifiers or [])):
            raise _no_ciphertext()
        _usable_key(call, key_id, asked_of)
        raise _would_have_succeeded()
    key, given = _read(call, ciphertext_blob, key_id, asked_of)
    _refuse_algorithm(key, encryption_algorithm)
    decrypted = _opened(key, given, context)
    _stop_dry_run(dry_run)
    return decrypted


@operation("ReEncrypt", changes=False, service_name="kms")
def re_encrypt(
    call: Call,
    /,
    *,
    ciphertext_blob: bytes | None = None,
    source_encryption_context: dict[str, str] | None = None,
    source_key_id: str | None = None,
    destination_key_id: str,
    destination_encryption_context: dict[str, str] | None = None,
    source_encryption_algorithm: str | None = None,
    destination_encryption_algorithm: str | None = None,
    grant_tokens: list[str] | None = None,
    dry_run: bool | None = None,
    dry_run_modifiers: list[str] | None = None,
) -> ReEncrypted:
    """From one key to another, or to another context, without the plaintext leaving. Takes kms:ReEncryptFrom on the
    key that decrypts and kms:ReEncryptTo on the one that encrypts (documented)."""
    del grant_tokens
    of_source, of_destination = source_encryption_context or {}, destination_encryption_context or {}
    asked_from = key_conditions.of_cryptography(of_source, source_encryption_algorithm or SYMMETRIC)
    asked_to = key_conditions.of_cryptography(of_destination, destination_encryption_algorithm or SYMMETRIC)
    takes, gives = (replace(call, operation=_part(call, name)) for name in ("ReEncryptFrom", "ReEncryptTo"))
    if ciphertext_blob is None:
        if not (dry_run and source_key_id and _WITHOUT_CIPHERTEXT in (dry_run_modifiers or [])):
            raise _no_ciphertext()
        _usable_key(takes, source_key_id, asked_from)
        _usable_key(gives, destination_key_id, asked_to)
        raise _would_have_succeeded()
    source, given = _read(takes, ciphertext_blob, source_key_id, asked_from)
    destination = _usable_key(gives, destination_key_id, asked_to)
    _refuse_algorithm(source, source_encryption_algorithm)
    _refuse_algorithm(destination, destination_encryption_algorithm)
    decrypted = _opened(source, given, of_source)
    _stop_dry_run(dry_run)
    backing_key, blob = _sealed(destination, decrypted.plaintext, of_destination)
    return ReEncrypted(Encrypted(destination, backing_key, blob), decrypted)


def _part(call: Call, name: str) -> OperationModel:
    """The half of ReEncrypt that a policy knows by a name of its own."""
    return replace(call.operation, name=name)


def _no_ciphertext() -> ValidationException:
    return ValidationException(
        "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: "
        "Member must not be null",
        parameter="CiphertextBlob",
    )


def _read(call: Call, blob: bytes, key_id: str | None, asked_of: Mapping[str, Any]) -> tuple[KmsKey, Ciphertext]:
    given = ciphertext.read(blob)
    if given is None:
        raise InvalidCiphertextException(parameter="CiphertextBlob")
    return _key_of_ciphertext(call, given, key_id, asked_of), given


def _usable_key(call: Call, key_id: str, asked_of: Mapping[str, Any]) -> KmsKey:
    key = key_named(call, key_id, by_alias=True, context=asked_of)
    refuse_unless_enabled(key)
    return key


def _key_of_ciphertext(call: Call, given: Ciphertext, key_id: str | None, asked_of: Mapping[str, Any]) -> KmsKey:
    """Text of the mismatch: recorded (api.md 7)."""
    if key_id is None:
        key = _unnamed_key(call, given, asked_of)
    else:
        key = key_named(call, key_id, by_alias=True, context=asked_of)
        if key.arn != given.key_arn:
            raise IncorrectKeyException(
                "The key ID in the request does not identify a CMK that can perform this operation.", parameter="KeyId"
            )
    refuse_unless_enabled(key)
    return key


def _unnamed_key(call: Call, given: Ciphertext, asked_of: Mapping[str, Any]) -> KmsKey:
    """One sentence, seen in the field (beiwe-backend#363), for a key that isn't there, isn't here or isn't for the
    caller: a blob must not become a question about other people's keys."""
    key = keys.find(call.account, call.region, given.key_arn)
    if (
        key is not None
        and not is_gone(call, key)
        and decide_key(call, call.action, key, conditions(call, asked_of)).allowed
    ):
        return key
    raise AccessDeniedException(
        f"User: {call.principal.arn} is not authorized to perform: {call.action} on the resource associated with this "
        "ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a "
        "resource-based policy explicitly denies access"
    )


def _sealed(key: KmsKey, plaintext: bytes, context: Mapping[str, str]) -> tuple[BackingKey, bytes]:
    current = keys.current_backing_key(key)
    material = keys.material(key.arn, current.number, current.wrapped_material)
    return current, ciphertext.seal(key.arn, current.number, material, plaintext, context)


def _opened(key: KmsKey, given: Ciphertext, context: Mapping[str, str]) -> Decrypted:
    """InvalidCiphertextException has no message (recorded; api.md 7)."""
    backing_key = key.backing_keys.filter(number=given.backing_key_number).first()
    if backing_key is None:
        raise InvalidCiphertextException(parameter="CiphertextBlob")
    material = keys.material(key.arn, backing_key.number, backing_key.wrapped_material)
    try:
        return Decrypted(key, backing_key, ciphertext.unseal(given, material, context))
    except InvalidTag:
        raise InvalidCiphertextException(parameter="CiphertextBlob") from None


def _refuse_algorithm(key: KmsKey, algorithm: str | None) -> None:
    """The code is documented, its text is ours."""
    if algorithm not in (None, SYMMETRIC):
        raise InvalidKeyUsageException(
            f"{key.arn} key spec is {SYMMETRIC} which is not valid for {algorithm}.", parameter="EncryptionAlgorithm"
        )


def _refuse_recipient(recipient: Mapping[str, Any] | None) -> None:
    if recipient is not None:
        raise UnsupportedOperationException(
            "Recipient is not supported by this server: it knows no enclaves.", parameter="Recipient"
        )


def _stop_dry_run(dry_run: bool | None) -> None:
    if dry_run:
        raise _would_have_succeeded()


def _would_have_succeeded() -> DryRunOperationException:
    return DryRunOperationException(
        "The request would have succeeded, but the DryRun option is set.", parameter="DryRun"
    )
