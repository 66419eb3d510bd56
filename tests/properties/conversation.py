"""A conversation with a live server, and with the model beside it: what one of them says is compared with the other.

After every step the two must be in the same state, and by the server's own word no secret has two AWSCURRENT, no
label is on two versions and no version is listed twice.
"""

import re
import time
import uuid
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests.properties.raw_client import Answer, RawClient
from tests.properties.rules import CURRENT, DATE, DAY, HOME, NEW_ARN, Refused, Rules

SECRET_ARN = re.compile(rf"arn:aws:secretsmanager:{HOME}:\d{{12}}:secret:(?P<name>.+)-[A-Za-z0-9]{{6}}")


class Conversation(RuleBasedStateMachine):
    def __init__(self, client: RawClient) -> None:
        super().__init__()
        self.client = client
        self.model = Rules()
        self.prefix = f"sequences/{uuid.uuid4()}/"
        self.arns: list[str] = []  # every one that was ever given out
        self.touched: set[str] = set()

    def teardown(self) -> None:
        """What is left of this sequence would be in the way of the next one's lists."""
        for secret in self.model.secrets.values():
            if secret.replicas:
                request = {"SecretId": secret.arn, "RemoveReplicaRegions": sorted(secret.replicas)}
                self.client.ask("RemoveRegionsFromReplication", request)
            self.client.ask("DeleteSecret", {"SecretId": secret.arn, "ForceDeleteWithoutRecovery": True})

    # --- asking both -------------------------------------------------------------------------------

    def both(self, operation: str, **members: Any) -> None:
        request = {name: value for name, value in members.items() if value is not None}
        answer = self.client.ask(operation, request)
        self.compare(operation, request, answer)

    def compare(self, operation: str, request: dict[str, Any], answer: Answer) -> None:
        refusals, expected = self.expected(operation, request)
        if refusals:
            assert answer.error in refusals, (operation, request, answer)
            return
        assert not answer.error, (operation, request, answer)
        found = normal(answer.reply)
        if expected.get("ARN") == NEW_ARN:
            expected |= self.new_arn(operation, found)
        assert found == expected, (operation, request)

    def expected(self, operation: str, request: dict[str, Any]) -> tuple[tuple[str, ...], dict[str, Any]]:
        try:
            return (), self.model.answer(operation, request)
        except Refused as refusal:
            return refusal.codes, {}

    def new_arn(self, operation: str, found: dict[str, Any]) -> dict[str, str]:
        """An ARN that the model can't know: of a new secret, or made up for what a forced deletion doesn't find."""
        if operation == "DeleteSecret":
            return {"ARN": found["ARN"], "Name": found["Name"]}
        arn = found["ARN"]
        read = SECRET_ARN.fullmatch(arn)
        assert read is not None
        assert read["name"] == found["Name"]
        assert arn not in self.arns
        self.arns.append(arn)
        self.model.learn_arn(found["Name"], arn)
        return {"ARN": arn}

    def all_pages(self, operation: str, listed: list[str], **members: Any) -> None:
        """Every page of a list, put together. No page is longer than was asked for."""
        request = {name: value for name, value in members.items() if value is not None}
        answer = self.client.ask(operation, request)
        whole, token = answer.reply, answer.reply.pop("NextToken", None)
        while token is not None:
            _, more = self.client.ask(operation, {**request, "NextToken": token})
            token = more.pop("NextToken", None)
            assert sum(len(more[name]) for name in listed) <= request["MaxResults"]
            for name in listed:
                whole[name] = whole[name] + more[name]
        self.compare(operation, request, answer)

    def secret_id(self, choice: tuple[str, str]) -> str:
        short, form = choice
        name = self.prefix + short
        self.touched.add(name)
        secret = self.model.secrets.get(name)
        gone = next((arn for arn in self.arns if f":secret:{name}-" in arn and (not secret or arn != secret.arn)), name)
        arn = secret.arn if secret else f"arn:aws:secretsmanager:{HOME}:123456789012:secret:{name}-AbCdEf"
        return {
            "name": name,
            "arn": arn,
            "partial": arn[:-7],
            "other-region": arn.replace(HOME, "eu-central-1"),
            "wrong-suffix": f"{arn[:-6]}aaaaaa",
            "bare-suffix": f"{name}{arn[-7:]}",
            "gone": gone,
            "characters": f"{name} ?",
        }[form]

    # --- what is always true -----------------------------------------------------------------------

    @invariant()
    def the_server_is_where_the_model_is(self) -> None:
        for name in sorted(self.touched):
            self.both("DescribeSecret", SecretId=name)
            request = {"SecretId": name, "IncludeDeprecated": True}
            answer = self.client.ask("ListSecretVersionIds", request)
            self.no_version_is_in_two_states(answer.reply)
            self.compare("ListSecretVersionIds", request, answer)
        self.touched.clear()

    @staticmethod
    def no_version_is_in_two_states(reply: dict[str, Any]) -> None:
        """By the server's own word, whatever the model thinks."""
        if "Versions" not in reply:
            return
        ids = [version["VersionId"] for version in reply["Versions"]]
        held = [label for version in reply["Versions"] for label in version.get("VersionStages", [])]
        assert len(ids) == len(set(ids))
        assert len(held) == len(set(held))
        assert (CURRENT in held) == bool(ids)


def normal(reply: Any, name: str = "") -> Any:
    """As the model writes it: dates checked and masked, what has no documented order sorted, texts left out."""
    if name.endswith("Date"):
        return normal_date(name, reply)
    if name == "Tags":
        return reply
    if name == "ReplicationStatus":
        return sorted(replica["Region"] for replica in reply)
    if isinstance(reply, dict):
        return {key: normal(item, key) for key, item in reply.items() if key != "Message"}
    if isinstance(reply, list):
        items = [normal(item) for item in reply]
        if name == "Versions":
            return sorted(items, key=lambda version: version["VersionId"])
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    return reply


def normal_date(name: str, seconds: float) -> str:
    """To the millisecond, or a day's midnight (api.md 4.7)."""
    if name == "LastAccessedDate":
        assert seconds % 86_400 == 0
        return DAY
    assert round(seconds, 3) == seconds
    assert seconds < time.time() + 31 * 86_400
    return DATE
