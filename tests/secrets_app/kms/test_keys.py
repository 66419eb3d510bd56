"""The default key of an account and Region."""

import pytest

from secrets_app.kms import keys
from secrets_app.models import KmsKey
from tests import factories

pytestmark = pytest.mark.django_db


def test_two_who_make_the_default_key_at_once_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    account = factories.make_account().id
    first = keys.default_key(account, "eu-west-1", factories.NOW)
    monkeypatch.setattr(keys, "find", lambda *_: None)  # the second looked before the first was done

    second = keys.default_key(account, "eu-west-1", factories.NOW)

    assert second == first
    assert list(KmsKey.objects.filter(region="eu-west-1")) == [first]
