"""Drafts of secrets: sealed, of one person and one session, for an hour."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag

from secrets_app import drafts
from secrets_app.call import Call
from secrets_app.drafts import Owner
from secrets_app.models import SecretDraft
from tests.factories import NOW, Person

pytestmark = pytest.mark.django_db


def test_draft_is_found_again_as_it_was_saved(call: Call) -> None:
    owner = Owner(call, "session")
    draft_id = drafts.start(owner, {"typed": "first"})
    drafts.save(owner, draft_id, {"typed": "ünd"})

    found = drafts.find(owner, draft_id)

    assert found is not None
    assert found.content == {"typed": "ünd"}


def test_draft_is_not_found_by_another_session_person_or_id(
    call: Call, make_call: Callable[..., Call], bob: Person
) -> None:
    draft_id = drafts.start(Owner(call, "session"), {})

    assert drafts.find(Owner(call, "another"), draft_id) is None
    assert drafts.find(Owner(make_call(bob), "session"), draft_id) is None
    assert drafts.find(Owner(call, "session"), uuid.uuid4()) is None


def test_row_written_over_another_does_not_open(call: Call) -> None:
    owner = Owner(call, "session")
    first, second = drafts.start(owner, {"typed": "first"}), drafts.start(owner, {})
    SecretDraft.objects.filter(pk=second).update(sealed=SecretDraft.objects.get(pk=first).sealed)

    with pytest.raises(InvalidTag):
        drafts.find(owner, second)


def test_draft_lasts_an_hour_from_the_last_save_and_then_goes(make_call: Callable[..., Call]) -> None:
    draft_id = drafts.start(Owner(make_call(), "session"), {})
    drafts.save(Owner(make_call(now=NOW + timedelta(minutes=50)), "session"), draft_id, {})

    assert drafts.find(Owner(make_call(now=NOW + timedelta(minutes=109)), "session"), draft_id) is not None
    assert drafts.delete_expired(NOW + timedelta(minutes=109)) == 0
    assert drafts.find(Owner(make_call(now=NOW + timedelta(minutes=110)), "session"), draft_id) is None
    assert drafts.delete_expired(NOW + timedelta(minutes=110)) == 1
    assert not SecretDraft.objects.exists()


def test_a_person_keeps_the_newest_twenty(make_call: Callable[..., Call]) -> None:
    started = [
        drafts.start(Owner(make_call(now=NOW + timedelta(seconds=second)), "session"), {}) for second in range(22)
    ]

    assert set(SecretDraft.objects.values_list("pk", flat=True)) == set(started[2:])


def test_stored_draft_keeps_nothing_of_what_was_typed(call: Call) -> None:
    owner = Owner(call, "session")
    draft_id = drafts.start(owner, {"typed": "value"})

    drafts.mark_stored(owner, draft_id, "prod/new")
    drafts.save(owner, draft_id, {"typed": "again"})

    found = drafts.find(owner, draft_id)
    assert found is not None
    assert (found.content, found.stored_name) == ({}, "prod/new")
