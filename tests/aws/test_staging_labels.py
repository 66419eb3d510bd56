"""Who carries which staging label after each call. Facts: api.md 4.4, every sentence of it, and 5.6."""

from typing import Any

import pytest

from tests.aws.sentences import no_label, no_version
from tests.aws.wire import Refusal, Wire, refused

V = {number: str(number) * 32 for number in range(1, 10)}
NUMBER = {version_id: number for number, version_id in V.items()}
Labels = dict[int, list[str]]
CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"


@pytest.fixture(autouse=True)
def arn(aws: Any) -> str:
    """prod/db with one version, the first."""
    return str(aws.create_secret(Name="prod/db", SecretString="value 1", ClientRequestToken=V[1])["ARN"])


def put(aws: Any, number: int, *stages: str) -> Any:
    wanted = {"VersionStages": list(stages)} if stages else {}
    return aws.put_secret_value(
        SecretId="prod/db", SecretString=f"value {number}", ClientRequestToken=V[number], **wanted
    )


def move(aws: Any, label: str, *, to: int | None = None, out_of: int | None = None) -> Any:
    wanted = {"MoveToVersionId": to, "RemoveFromVersionId": out_of}
    versions = {name: V[number] for name, number in wanted.items() if number is not None}
    return aws.update_secret_version_stage(SecretId="prod/db", VersionStage=label, **versions)


def labels(aws: Any) -> Labels:
    """Of each version by its number; sorted, since nobody knows AWS's order."""
    found = aws.describe_secret(SecretId="prod/db")["VersionIdsToStages"]
    return {NUMBER[version_id]: sorted(stages) for version_id, stages in found.items()}


# --- the first version -------------------------------------------------------------------------------------


def test_the_first_version_is_current_whatever_was_asked(aws: Any) -> None:
    """Documented. The labels asked for come first."""
    aws.create_secret(Name="empty")

    reply = aws.put_secret_value(SecretId="empty", SecretString="x", VersionStages=["B", "A"])

    assert reply["VersionStages"] == ["B", "A", CURRENT]
    assert aws.get_secret_value(SecretId="empty")["VersionStages"] == ["B", "A", CURRENT]


def test_a_first_value_by_update_is_current(aws: Any) -> None:
    aws.create_secret(Name="empty")

    version_id = aws.update_secret(SecretId="empty", SecretString="x")["VersionId"]

    assert aws.describe_secret(SecretId="empty")["VersionIdsToStages"] == {version_id: [CURRENT]}


# --- AWSCURRENT moves --------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["put_secret_value", "update_secret"])
def test_a_new_value_becomes_current_and_pushes_the_others_back(aws: Any, operation: str) -> None:
    """Recorded."""
    for number in (2, 3, 4):
        getattr(aws, operation)(SecretId="prod/db", SecretString=f"value {number}", ClientRequestToken=V[number])

    assert labels(aws) == {3: [PREVIOUS], 4: [CURRENT]}


def test_awscurrent_with_others_by_name(aws: Any) -> None:
    """Recorded: explicit AWSCURRENT moves AWSPREVIOUS too."""
    put(aws, 2)

    reply = put(aws, 3, CURRENT, "PUT0")

    assert sorted(reply["VersionStages"]) == [CURRENT, "PUT0"]
    assert labels(aws) == {2: [PREVIOUS], 3: [CURRENT, "PUT0"]}


def test_other_labels_stay_when_awscurrent_is_moved(aws: Any) -> None:
    """Recorded: of both versions."""
    move(aws, "ONE", to=1)
    put(aws, 2, "TWO")

    move(aws, CURRENT, to=2, out_of=1)

    assert labels(aws) == {1: [PREVIOUS, "ONE"], 2: [CURRENT, "TWO"]}


def test_awscurrent_moves_back(aws: Any) -> None:
    """The target loses AWSPREVIOUS, and the other one gets it."""
    put(aws, 2)

    move(aws, CURRENT, to=1, out_of=2)

    assert labels(aws) == {1: [CURRENT], 2: [PREVIOUS]}


def test_awscurrent_moves_to_a_version_without_labels(aws: Any) -> None:
    put(aws, 2)
    put(aws, 3)

    move(aws, CURRENT, to=1, out_of=3)

    assert labels(aws) == {1: [CURRENT], 3: [PREVIOUS]}
    assert aws.get_secret_value(SecretId="prod/db")["SecretString"] == "value 1"


def test_awscurrent_moved_to_where_it_is_changes_nothing(aws: Any) -> None:
    put(aws, 2)

    move(aws, CURRENT, to=2, out_of=2)
    move(aws, CURRENT, to=2)

    assert labels(aws) == {1: [PREVIOUS], 2: [CURRENT]}


# --- the pending cycle, step by step -----------------------------------------------------------------------


def test_the_cycle_of_a_pending_version(aws: Any) -> None:
    """Recorded, with the nuance: after an update of stages AWSPENDING stays on the version that became current; a put
    without labels makes it vanish."""
    put(aws, 2, PENDING)
    assert labels(aws) == {1: [CURRENT], 2: [PENDING]}

    move(aws, CURRENT, to=2, out_of=1)
    assert labels(aws) == {1: [PREVIOUS], 2: [CURRENT, PENDING]}

    put(aws, 3, PENDING)
    assert labels(aws) == {1: [PREVIOUS], 2: [CURRENT], 3: [PENDING]}

    move(aws, CURRENT, to=3, out_of=2)
    assert labels(aws) == {2: [PREVIOUS], 3: [CURRENT, PENDING]}

    put(aws, 4)
    assert labels(aws) == {3: [PREVIOUS], 4: [CURRENT]}


def test_the_cycle_with_labels_of_ones_own(aws: Any) -> None:
    """Recorded in its parts: a label moved from a version leaves its other labels there."""
    put(aws, 2, PENDING, "MINE")
    put(aws, 3, PENDING)
    assert labels(aws) == {1: [CURRENT], 2: ["MINE"], 3: [PENDING]}

    move(aws, CURRENT, to=3, out_of=1)
    move(aws, PENDING, out_of=3)

    assert labels(aws) == {1: [PREVIOUS], 2: ["MINE"], 3: [CURRENT]}


def test_labels_of_ones_own_stay_when_a_new_value_is_put(aws: Any) -> None:
    """Nobody knows (api.md 10): our answer is that they stay."""
    move(aws, "MINE", to=1)

    put(aws, 2)

    assert labels(aws) == {1: [PREVIOUS, "MINE"], 2: [CURRENT]}


# --- explicit labels ---------------------------------------------------------------------------------------


def test_labels_replaced_wholly_leave_nothing(aws: Any) -> None:
    """Recorded: one, two, three on another version: the old one is gone from the list."""
    put(aws, 2, "one", "two", "three")
    put(aws, 3, "one", "two", "three")

    assert labels(aws) == {1: [CURRENT], 3: ["one", "three", "two"]}
    listed = aws.list_secret_version_ids(SecretId="prod/db")["Versions"]
    assert {version["VersionId"] for version in listed} == {V[1], V[3]}


def test_labels_replaced_partly_leave_the_rest(aws: Any) -> None:
    """Recorded."""
    put(aws, 2, "one", "two", "three")
    put(aws, 3, "one", "two", "four")

    assert labels(aws) == {1: [CURRENT], 2: ["three"], 3: ["four", "one", "two"]}


def test_a_label_given_twice_counts_once(aws: Any) -> None:
    assert put(aws, 2, "one", "one")["VersionStages"] == ["one"]


def test_labels_come_in_the_order_they_were_attached(aws: Any) -> None:
    """Our choice (api.md 10), the same in every answer."""
    reply = put(aws, 2, "z", "a", "m")
    move(aws, "b", to=2)

    assert reply["VersionStages"] == ["z", "a", "m"]
    shown = aws.get_secret_value(SecretId="prod/db", VersionId=V[2])["VersionStages"]
    assert shown == ["z", "a", "m", "b"]
    assert aws.describe_secret(SecretId="prod/db")["VersionIdsToStages"][V[2]] == shown
    assert aws.list_secrets()["SecretList"][0]["SecretVersionsToStages"][V[2]] == shown
    (entry,) = [v for v in aws.list_secret_version_ids(SecretId="prod/db")["Versions"] if v["VersionId"] == V[2]]
    assert entry["VersionStages"] == shown


def test_labels_differ_by_case_and_take_any_characters(aws: Any) -> None:
    put(aws, 2, "mine", "MINE", "with blank / and é", "x" * 256)

    assert labels(aws)[2] == sorted(["mine", "MINE", "with blank / and é", "x" * 256])
    assert aws.get_secret_value(SecretId="prod/db", VersionStage="with blank / and é")["VersionId"] == V[2]


# --- UpdateSecretVersionStage ------------------------------------------------------------------------------


def test_a_label_is_attached_where_it_is_free(aws: Any, arn: str) -> None:
    reply = move(aws, "MINE", to=1)

    assert {name: reply[name] for name in set(reply) - {"ResponseMetadata"}} == {"ARN": arn, "Name": "prod/db"}
    assert labels(aws) == {1: [CURRENT, "MINE"]}


def test_a_label_that_is_removed_leaves_the_others_alone(aws: Any) -> None:
    """Recorded."""
    put(aws, 2)
    move(aws, "MINE", to=1)

    move(aws, "MINE", out_of=1)

    assert labels(aws) == {1: [PREVIOUS], 2: [CURRENT]}
    assert refused(aws.get_secret_value, SecretId="prod/db", VersionStage="MINE") == no_label("MINE")


def test_awsprevious_can_be_removed(aws: Any) -> None:
    put(aws, 2)

    move(aws, PREVIOUS, out_of=1)

    assert labels(aws) == {2: [CURRENT]}


@pytest.mark.parametrize("label", [CURRENT, "MINE"])
def test_a_label_that_is_elsewhere_must_be_taken_from_there_by_name(aws: Any, label: str) -> None:
    """Verified for AWSCURRENT."""
    put(aws, 2, CURRENT, "MINE")

    assert refused(
        aws.update_secret_version_stage, SecretId="prod/db", VersionStage=label, MoveToVersionId=V[1]
    ) == Refusal(
        "InvalidParameterException",
        f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
        f"{V[2]}, so you must explicitly reference that version in RemoveFromVersionId.",
    )
    assert labels(aws) == {1: [PREVIOUS], 2: [CURRENT, "MINE"]}


@pytest.mark.parametrize("to", [1, None])
def test_a_label_is_taken_only_from_where_it_is(aws: Any, to: int | None) -> None:
    """The sentence is plausible only (api.md 3)."""
    put(aws, 2, "MINE")
    wanted: dict[str, Any] = {"MoveToVersionId": V[to]} if to else {}

    assert refused(
        aws.update_secret_version_stage, SecretId="prod/db", VersionStage="MINE", RemoveFromVersionId=V[1], **wanted
    ) == Refusal(
        "InvalidParameterException",
        "When you move staging label MINE, if you specify RemoveFromVersionId, it must be set to the version that "
        "currently has the staging label MINE.",
    )
    assert labels(aws) == {1: [CURRENT], 2: ["MINE"]}


@pytest.mark.parametrize("member", ["MoveToVersionId", "RemoveFromVersionId"])
def test_a_version_that_is_not_there(aws: Any, member: str) -> None:
    wanted: dict[str, Any] = {member: V[9]}

    refusal = refused(aws.update_secret_version_stage, SecretId="prod/db", VersionStage="MINE", **wanted)

    assert refusal == no_version(V[9])


def test_awscurrent_is_only_ever_moved(aws: Any) -> None:
    """Documented."""
    refusal = refused(
        aws.update_secret_version_stage, SecretId="prod/db", VersionStage=CURRENT, RemoveFromVersionId=V[1]
    )

    assert refusal.code == "InvalidParameterException"
    assert labels(aws) == {1: [CURRENT]}


def test_nowhere_to_and_nowhere_from_is_no_move(wire: Wire, aws: Any) -> None:
    answer = wire.post("UpdateSecretVersionStage", {"SecretId": "prod/db", "VersionStage": "MINE"})

    assert answer.error == "InvalidParameterException"


def test_a_change_of_labels_changes_the_secret(aws: Any) -> None:
    before = aws.describe_secret(SecretId="prod/db")["LastChangedDate"]

    move(aws, "MINE", to=1)

    assert aws.describe_secret(SecretId="prod/db")["LastChangedDate"] > before
