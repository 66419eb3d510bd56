"""Sequences of any operation."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.properties.strategies import (
    NAMES,
    POLICIES,
    chosen,
    descriptions,
    page_sizes,
    regions,
    some_tokens,
    tag_keys,
    tag_lists,
    tokens,
    values,
    windows,
    yes_no,
)
from tests.properties.version_operations import VersionOperations


class AllOperations(VersionOperations):
    @rule(
        short=st.sampled_from([*NAMES * 3, "bad name"]),
        token=some_tokens,
        value=values,
        tags=tag_lists,
        description=descriptions,
    )
    def create_one(self, short: str, token: Any, value: dict[str, str], tags: Any, description: str | None) -> None:
        self.create(short, token, value, tags, description)

    @precondition(lambda self: len(self.model.secrets) < len(NAMES))
    @rule(token=tokens, value=values, tags=tag_lists)
    def create_what_is_gone(self, token: str, value: dict[str, str], tags: Any) -> None:
        for short in NAMES:
            if self.prefix + short not in self.model.secrets:
                self.create(short, token, value, tags, "made again")

    @rule(choices=st.lists(chosen, min_size=1, max_size=4, unique=True), max_results=st.sampled_from([None, None, 5]))
    def batch_get(self, choices: list[Any], max_results: int | None) -> None:
        ids = [self.secret_id(choice) for choice in choices]
        self.both("BatchGetSecretValue", SecretIdList=ids, MaxResults=max_results)

    @rule(size=page_sizes)
    def batch_get_by_name(self, size: int | None) -> None:
        filters = [{"Key": "name", "Values": [self.prefix]}]
        self.all_pages("BatchGetSecretValue", ["SecretValues", "Errors"], Filters=filters, MaxResults=size)

    @rule(choice=chosen, tags=tag_lists)
    def tag(self, choice: Any, tags: Any) -> None:
        self.both("TagResource", SecretId=self.secret_id(choice), Tags=tags)

    @rule(choice=chosen, keys=st.lists(st.one_of(tag_keys, st.just("key-11")), max_size=3))
    def untag(self, choice: Any, keys: list[str]) -> None:
        self.both("UntagResource", SecretId=self.secret_id(choice), TagKeys=keys)

    @rule(choice=chosen, policy=st.sampled_from(POLICIES), block=yes_no)
    def put_policy(self, choice: Any, policy: str, block: bool | None) -> None:
        self.both("PutResourcePolicy", SecretId=self.secret_id(choice), ResourcePolicy=policy, BlockPublicPolicy=block)

    @rule(choice=chosen, remove=st.booleans())
    def get_or_delete_policy(self, choice: Any, remove: bool) -> None:
        self.both("DeleteResourcePolicy" if remove else "GetResourcePolicy", SecretId=self.secret_id(choice))

    @rule(choice=chosen, window=windows, force=yes_no)
    def delete(self, choice: Any, window: int | None, force: bool | None) -> None:
        self.both(
            "DeleteSecret",
            SecretId=self.secret_id(choice),
            RecoveryWindowInDays=window,
            ForceDeleteWithoutRecovery=force,
        )

    @rule(choice=chosen)
    def restore(self, choice: Any) -> None:
        self.both("RestoreSecret", SecretId=self.secret_id(choice))

    @rule(choice=chosen, regions=regions)
    def replicate(self, choice: Any, regions: list[str]) -> None:
        added = [{"Region": region} for region in regions]
        self.both("ReplicateSecretToRegions", SecretId=self.secret_id(choice), AddReplicaRegions=added)

    @rule(choice=chosen, regions=regions)
    def remove_replicas(self, choice: Any, regions: list[str]) -> None:
        self.both("RemoveRegionsFromReplication", SecretId=self.secret_id(choice), RemoveReplicaRegions=regions)

    @rule(choice=chosen)
    def describe(self, choice: Any) -> None:
        self.both("DescribeSecret", SecretId=self.secret_id(choice))

    @rule(
        size=page_sizes,
        marked_too=yes_no,
        sort_by=st.sampled_from([None, "name", "created-date"]),
        order=st.sampled_from([None, "asc", "desc"]),
        tag_key=st.sampled_from([None, "team", "key"]),
    )
    def list_secrets(self, size: Any, marked_too: Any, sort_by: Any, order: Any, tag_key: str | None) -> None:
        filters = [{"Key": "name", "Values": [self.prefix]}]
        if tag_key is not None:
            filters.append({"Key": "tag-key", "Values": [tag_key]})
        self.all_pages(
            "ListSecrets",
            ["SecretList"],
            Filters=filters,
            MaxResults=size,
            IncludePlannedDeletion=marked_too,
            SortBy=sort_by,
            SortOrder=order,
        )
