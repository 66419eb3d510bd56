"""The form of a CiphertextBlob: whatever arrives is read, or refused, and never opened for something it isn't."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secrets_app.kms import ciphertext, envelope

ARN = "arn:aws:kms:us-west-2:123456789012:key/00000000-0000-4000-8000-000000000000"
MATERIAL = b"m" * 32
CONTEXT = {"tenant": "acme"}
BLOB = ciphertext.seal(ARN, 7, MATERIAL, b"plaintext", CONTEXT)


def opened(blob: bytes) -> bytes:
    found = ciphertext.read(blob)
    assert found is not None
    return ciphertext.unseal(found, MATERIAL, CONTEXT)


def test_a_blob_says_which_key_opens_it() -> None:
    found = ciphertext.read(BLOB)

    assert found is not None
    assert (found.key_arn, found.backing_key_number) == (ARN, 7)
    assert opened(BLOB) == b"plaintext"


@pytest.mark.parametrize("position", range(len(BLOB)))
def test_no_bit_of_it_can_be_changed(position: int) -> None:
    changed = bytearray(BLOB)
    changed[position] ^= 1
    found = ciphertext.read(bytes(changed))

    if found is not None:
        with pytest.raises(envelope.InvalidTag):
            ciphertext.unseal(found, MATERIAL, CONTEXT)


@given(st.binary(max_size=200) | st.integers(0, len(BLOB)).map(lambda end: BLOB[:end]))
def test_anything_can_be_read_without_an_error(blob: bytes) -> None:
    found = ciphertext.read(blob)

    if found is not None and blob != BLOB:
        with pytest.raises(envelope.InvalidTag):
            ciphertext.unseal(found, MATERIAL, CONTEXT)


def test_what_is_wrapped_for_a_secret_is_no_blob() -> None:
    """Both are sealed under the same backing key; one must not open as the other."""
    wrapped = envelope.seal(MATERIAL, b"a data key", CONTEXT)
    found = ciphertext.Ciphertext(ARN, 1, b"", wrapped)

    assert ciphertext.unseal(found, MATERIAL, CONTEXT) == b"a data key"  # without a header it would be
    blob = ciphertext.read(b"\x01\x00\x00\x00\x01\x00\x00" + wrapped)
    assert blob is not None
    with pytest.raises(envelope.InvalidTag):
        ciphertext.unseal(blob, MATERIAL, CONTEXT)
