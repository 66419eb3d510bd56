"""The table of words says of every secret what its name, description and tags say, whoever changed them last."""

import importlib
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from secrets_app import deletion, demo, operations, replication, search_words
from secrets_app.call import Call
from secrets_app.demo import emptying
from secrets_app.models import SearchWord, Secret, Tag
from tests import factories

pytestmark = pytest.mark.django_db

Row = tuple[int, int, int, str]


def kept() -> set[Row]:
    return set(SearchWord.objects.values_list("secret_id", "scope", "place", "word"))


def rebuilt() -> set[Row]:
    return {
        (secret.pk, search_words.scope(secret.account_id, secret.region), place, word)
        for secret in Secret.objects.all()
        for place, word in search_words.of(
            secret.name, secret.description, Tag.objects.filter(secret=secret).values_list("key", "value")
        )
    }


def found(call: Call, value: str) -> list[str]:
    listed = operations.list_secrets(call, filters=[{"Key": "all", "Values": [value]}], include_planned_deletion=True)
    return [item.secret.name for item in listed.items]


@pytest.fixture
def described(call: Call) -> Secret:
    return factories.make_secret(
        call, "prod/AppBeta", description="Main database", tags=[{"Key": "team", "Value": "Billing"}]
    )


def test_a_new_secret_has_its_words(described: Secret) -> None:
    words = set(SearchWord.objects.filter(secret=described).values_list("place", "word"))

    assert words == {(1, "main"), (1, "database"), *((2, w) for w in ("prod", "app", "beta", "team", "billing"))}
    assert kept() == rebuilt()


CHANGES: dict[str, Callable[[Call, Secret], Any]] = {
    "describe": lambda call, secret: operations.update_secret(
        call, secret_id=secret.arn, client_request_token="x" * 32, description="Spare database"
    ),
    "describe no more": lambda call, secret: operations.update_secret(
        call, secret_id=secret.arn, client_request_token="x" * 32, description=""
    ),
    "tag": lambda call, secret: operations.tag_resource(
        call, secret_id=secret.arn, tags=[{"Key": "owner", "Value": "Saanvi Sarkar"}]
    ),
    "tag anew": lambda call, secret: operations.tag_resource(
        call, secret_id=secret.arn, tags=[{"Key": "team", "Value": "prod orders"}]
    ),
    "untag": lambda call, secret: operations.untag_resource(call, secret_id=secret.arn, tag_keys=["team"]),
    "force deletion": lambda call, secret: operations.delete_secret(
        call, secret_id=secret.arn, force_delete_without_recovery=True
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_words_follow_every_change(call: Call, described: Secret, change: str) -> None:
    factories.make_secret(call, "another", description="Main database")
    before = kept()

    CHANGES[change](call, described)

    assert kept() == rebuilt()
    assert kept() != before


def test_words_go_with_a_secret_that_is_purged(call: Call, described: Secret) -> None:
    operations.delete_secret(call, secret_id=described.arn, recovery_window_in_days=7)
    assert found(call, "billing") == ["prod/AppBeta"]

    deletion.purge_secrets(call.now + timedelta(days=8))

    assert not Secret.objects.exists()
    assert not SearchWord.objects.exists()


def test_a_replica_has_words_of_its_own(call: Call, make_call: Callable[..., Call], described: Secret) -> None:
    operations.replicate_secret_to_regions(call, secret_id=described.arn, add_replica_regions=[{"Region": "eu-west-1"}])
    replication.run_due(call.now, "test")
    assert found(make_call(region="eu-west-1"), "billing") == ["prod/AppBeta"]
    operations.tag_resource(call, secret_id=described.arn, tags=[{"Key": "team", "Value": "Orders"}])
    replication.run_due(call.now + timedelta(minutes=1), "test")

    assert found(make_call(region="eu-west-1"), "orders") == ["prod/AppBeta"]
    assert found(make_call(region="eu-west-1"), "billing") == []
    assert kept() == rebuilt()


def test_a_refused_change_leaves_the_words(call: Call, described: Secret) -> None:
    before = kept()
    with pytest.raises(Exception, match="50 tags"):
        operations.tag_resource(
            call, secret_id=described.arn, tags=[{"Key": f"key{number}", "Value": "new"} for number in range(50)]
        )

    assert kept() == before == rebuilt()


def test_long_words_are_kept_by_their_beginning_and_found_whole(call: Call) -> None:
    """A description may be one word of 2,048 characters of four bytes; an index of PostgreSQL could not hold it."""
    factories.make_secret(call, "wide", description="\U00010400" * 2048)
    factories.make_secret(call, "long-a", description="y" * 100 + "a")
    factories.make_secret(call, "long-b", description="y" * 100 + "b")

    assert kept() == rebuilt()
    assert found(call, "y" * 100) == ["long-a", "long-b"]
    assert found(call, "Y" * 100 + "B") == ["long-b"]


def test_keeping_takes_as_many_statements_for_many_words_as_for_few(call: Call, django_assert_num_queries: Any) -> None:
    secret = factories.make_secret(call, "few", description="one")
    for description in ("two", " ".join(f"word{number}" for number in range(200))):
        secret.description = description
        with django_assert_num_queries(4):  # tags, words, those that go, those that come
            search_words.keep(secret)


def test_secrets_from_before_the_table_get_their_words(
    call: Call, make_call: Callable[..., Call], described: Secret
) -> None:
    factories.make_secret(make_call(region="eu-west-1"), "elsewhere/AppGamma")
    factories.make_secret(call, "untagged")
    SearchWord.objects.all().delete()
    migration = importlib.import_module("secrets_app.migrations.0006_words_of_secrets")

    migration.write_words(apps, SimpleNamespace(connection=connection))

    assert SearchWord.objects.filter(secret=described).exists()
    assert kept() == rebuilt()


def test_the_demo_has_its_words_and_leaves_none(db: None) -> None:
    demo.seed(factories.NOW, password="the administrator's")
    assert kept()
    assert kept() == rebuilt()

    emptying.empty(factories.NOW)

    assert not SearchWord.objects.exists()
