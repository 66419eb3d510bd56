"""Signing keys and signatures against the two examples that AWS itself publishes."""

from collections.abc import Iterator

import pytest

from secrets_app.sigv4 import signature
from secrets_app.sigv4.canonical_request import Request, canonical_request

KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture(autouse=True)
def nothing_derived_before() -> Iterator[None]:
    signature._derived.clear()
    yield
    signature._derived.clear()


def test_the_signing_key_of_the_documentation() -> None:
    """General reference, "Examples of how to derive a signing key"."""
    key = signature.signing_key(KEY_ID, SECRET, "20120215", "us-east-1", "iam")

    assert key.hex() == "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"


def test_the_plainest_case_of_the_published_suite() -> None:
    """get-vanilla."""
    headers = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}
    request = Request("GET", "/", "", headers.get, EMPTY)

    made = signature.signature(
        KEY_ID, SECRET, "20150830T123600Z", "us-east-1", "service", canonical_request(request, ["host", "x-amz-date"])
    )

    assert made == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"


def test_a_signing_key_is_derived_once_a_day() -> None:
    first = signature.signing_key(KEY_ID, SECRET, "20261124", "us-west-2", "kms")

    assert signature.signing_key(KEY_ID, SECRET, "20261124", "us-west-2", "kms") is first
    assert signature.signing_key(KEY_ID, SECRET, "20261125", "us-west-2", "kms") != first


@pytest.mark.parametrize(
    "other",
    [
        (KEY_ID, "another secret", "20261124", "us-west-2", "kms"),
        (KEY_ID, SECRET, "20261124", "us-east-1", "kms"),
        (KEY_ID, SECRET, "20261124", "us-west-2", "secretsmanager"),
    ],
)
def test_a_signing_key_is_for_one_secret_region_and_service(other: tuple[str, str, str, str, str]) -> None:
    first = signature.signing_key(KEY_ID, SECRET, "20261124", "us-west-2", "kms")

    assert signature.signing_key(*other) != first


def test_secrets_are_not_kept_and_the_table_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature, "_MOST_DERIVED", 10)

    for number in range(100):
        signature.signing_key(f"{KEY_ID}{number}", SECRET, "20261124", "us-west-2", "kms")

    assert len(signature._derived) <= 10
    assert SECRET not in repr(signature._derived)
