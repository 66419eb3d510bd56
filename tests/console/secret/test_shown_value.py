"""A retrieved value laid out: rows, a tree, bytes; what is too large for it stays plaintext."""

import uuid
from datetime import UTC, datetime

import pytest

from console.secret.shown_value import MOST_ROWS, Node, hex_dump, rows_of, shown, tree_of
from secrets_app.results import SecretValue
from secrets_app.versions import Value


def laid_out(content: str | bytes) -> dict[str, object]:
    value = Value(content.encode() if isinstance(content, str) else content, is_binary=isinstance(content, bytes))
    moment = datetime(2026, 3, 14, tzinfo=UTC)
    return shown(SecretValue("arn", "name", str(uuid.uuid4()), moment, ["AWSCURRENT"], value))


def outline(node: Node) -> object:
    if node.kind in ("object", "array"):
        return {f"{child.key}:{child.kind}": outline(child) for child in node.children}
    return node.text


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('{"a": "b", "port": 5432, "on": true}', [("a", "b"), ("port", "5432"), ("on", "true")]),
        ('{"price": 1.10}', [("price", "1.10")]),
        ("{}", []),
        ('{"a": null}', None),
        ('{"a": {"b": 1}}', None),
        ('{"a": 1, "a": 2}', None),
        ('["a"]', None),
        ('[["a", "b"]]', None),
        ("text", None),
        ('{"a": NaN}', None),
        ('{"a": "\\ud83d"}', None),
        ('{"a":' * 20_000, None),
    ],
)
def test_only_a_flat_object_has_rows(text: str, rows: list[tuple[str, str]] | None) -> None:
    assert rows_of(text) == rows


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('{"a": {"b": 1.10}}', {"a:object": {"b:number": "1.10"}}),
        ('["x", null, false]', {"0:string": "x", "1:null": "null", "2:boolean": "false"}),
        ('{"a": 1, "a": []}', {"a:number": "1", "a:array": {}}),
        ('[["a", "b"]]', {"0:array": {"0:string": "a", "1:string": "b"}}),
    ],
)
def test_nested_json_is_a_tree_that_keeps_types_and_digits(text: str, tree: object) -> None:
    found = tree_of(text)

    assert found is not None
    assert outline(found) == tree


def test_what_is_in_a_tree_is_called_by_its_path() -> None:
    found = tree_of('{"hosts": [{"name": "a"}]}')

    assert found is not None
    assert found.children[0].children[0].children[0].path == "hosts > 0 > name"


@pytest.mark.parametrize(
    "text", ["text", "12", '"a"', "[" * 22 + "]" * 22, "[" + "1," * MOST_ROWS + "1]", '{"a":' * 20_000]
)
def test_what_is_no_json_or_too_much_of_it_has_no_tree(text: str) -> None:
    assert tree_of(text) is None


def test_too_many_keys_are_counted_and_not_listed() -> None:
    text = "{" + ",".join(f'"k{number}":1' for number in range(MOST_ROWS + 1)) + "}"

    found = laid_out(text)

    assert found["too_many"] == MOST_ROWS + 1
    assert "rows" not in found
    assert found["text"] == text


def test_binary_is_laid_out_as_base64_and_the_beginning_of_its_bytes() -> None:
    found = laid_out(bytes(range(256)) * 256)

    assert found["size"] == 65_536
    assert found["hex_size"] == 4_096
    assert str(found["base64"]).startswith("AAECAwQF")
    assert len(str(found["hex"]).splitlines()) == 256


def test_hex_dump_has_offset_bytes_and_what_can_be_printed() -> None:
    assert hex_dump(b"\x00Secret\x7f").splitlines() == [
        "00000000  00 53 65 63 72 65 74 7f                          .Secret."
    ]


def test_no_repr_shows_the_value() -> None:
    assert "hunter2" not in repr(tree_of('{"a": ["hunter2"]}'))
