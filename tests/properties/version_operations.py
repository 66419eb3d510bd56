"""Sequences that make versions and move labels: where the rules are thickest."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.properties.conversation import Conversation
from tests.properties.strategies import (
    NAMES,
    TOKENS,
    chosen,
    descriptions,
    labels,
    page_sizes,
    some_tokens,
    stages,
    tokens,
    values,
    yes_no,
)


class VersionOperations(Conversation):
    @initialize(empty=st.sampled_from([[], [], ["one"]]))
    def begin(self, empty: list[str]) -> None:
        """Three secrets with a value, or one of them without."""
        for number, short in enumerate(NAMES):
            self.create(short, TOKENS[number], {} if short in empty else {"SecretString": "first"}, [], None)

    @rule(choice=chosen, token=some_tokens, value=values, stages=stages)
    def put(self, choice: Any, token: str | None, value: dict[str, str], stages: list[str]) -> None:
        self.both(
            "PutSecretValue",
            SecretId=self.secret_id(choice),
            ClientRequestToken=token,
            VersionStages=stages or None,
            **value,
        )

    @rule(choice=chosen, token=tokens, value=values)
    def put_plainly(self, choice: Any, token: str, value: dict[str, str]) -> None:
        self.both("PutSecretValue", SecretId=self.secret_id(choice), ClientRequestToken=token, **value)

    @rule(choice=chosen, token=some_tokens, value=values, description=descriptions)
    def update(self, choice: Any, token: str | None, value: dict[str, str], description: str | None) -> None:
        self.both(
            "UpdateSecret",
            SecretId=self.secret_id(choice),
            ClientRequestToken=token,
            Description=description,
            **value,
        )

    @rule(choice=chosen, label=labels, holder=some_tokens, heir=some_tokens)
    def move_label(self, choice: Any, label: str, holder: str | None, heir: str | None) -> None:
        self.both(
            "UpdateSecretVersionStage",
            SecretId=self.secret_id(choice),
            VersionStage=label,
            RemoveFromVersionId=holder,
            MoveToVersionId=heir,
        )

    @rule(short=st.sampled_from(NAMES), label=labels, heir=st.integers(min_value=-1, max_value=5))
    def move_label_rightly(self, short: str, label: str, heir: int) -> None:
        """From the version that has it; to one of those there are, or to none."""
        secret = self.model.secrets.get(self.prefix + short)
        if secret is None or not secret.values:
            return
        versions = list(secret.values)
        self.both(
            "UpdateSecretVersionStage",
            SecretId=self.secret_id((short, "arn")),
            VersionStage=label,
            RemoveFromVersionId=secret.labels.get(label),
            MoveToVersionId=versions[heir % len(versions)] if heir >= 0 else None,
        )

    @rule(choice=chosen, version=some_tokens, label=st.one_of(st.none(), labels))
    def get(self, choice: Any, version: str | None, label: str | None) -> None:
        self.both("GetSecretValue", SecretId=self.secret_id(choice), VersionId=version, VersionStage=label)

    @rule(choice=chosen, size=page_sizes, deprecated=yes_no)
    def list_versions(self, choice: Any, size: int | None, deprecated: bool | None) -> None:
        self.all_pages(
            "ListSecretVersionIds",
            ["Versions"],
            SecretId=self.secret_id(choice),
            MaxResults=size,
            IncludeDeprecated=deprecated,
        )

    def create(self, short: str, token: str | None, value: dict[str, str], tags: Any, description: str | None) -> None:
        name = self.prefix + short
        self.touched.add(name)
        self.both(
            "CreateSecret", Name=name, ClientRequestToken=token, Tags=tags or None, Description=description, **value
        )
