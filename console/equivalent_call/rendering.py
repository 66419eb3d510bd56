"""Calls as commands of the AWS CLI and as Python with boto3: pasted into a shell or a file, they do the same.

Names come from the service model: a member of the input shape is an option (SecretId: --secret-id). Text is quoted by
shlex. Where an option would be misread, the whole input goes as JSON: the CLI loads text that begins with file:// or
http:// from there (user guide, "Loading a parameter from a file"), and takes one that begins with a dash for an option.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from botocore import xform_name

from secrets_app.service_model import OperationModel, Shape, service

from .calls import EquivalentCall, Result

MASK = "****"  # stands for a value inside of here
# Made up by the CLI and by boto3 where it isn't given: another one for another call.
_LEFT_OUT = ("ClientRequestToken",)
_LOADED_FROM = ("file://", "fileb://", "http://", "https://")
# What isn't shown is read from a file, so that a call pasted as it is stores no mask in place of a value.
_TEXT_FILE, _BINARY_FILE = "value.txt", "value.bin"
_INDENT = "    "


def as_cli(calls: Sequence[EquivalentCall], endpoint: str) -> str:
    return "\n\n".join(_command(each, endpoint) for each in calls)


def as_python(calls: Sequence[EquivalentCall], endpoint: str) -> str:
    """One client for each service and Region, in the order in which they are first needed."""
    lines = ["import boto3"]
    clients: dict[tuple[str, str], str] = {}
    for each in calls:
        place = (each.service, each.region)
        if place not in clients:
            clients[place] = _client_name(place, clients)
            lines += ["", *_client(clients[place], place, endpoint), ""]
        lines += _statement(each, clients[place])
    return "\n".join(lines)


def masked(calls: Sequence[EquivalentCall]) -> list[str]:
    """The options whose values are not shown: "--secret-string"."""
    found = [(member, _model(each).input.members[member]) for each in calls for member in each.withheld]
    return list(dict.fromkeys(_option(member) for member, shape in found if shape.type != "blob"))


def _model(call: EquivalentCall) -> OperationModel:
    return service(call.service).operations[call.operation]


def _shown(call: EquivalentCall) -> dict[str, Any]:
    """Parameters in the order of the model, those withheld among them."""
    members = [member for member in _model(call).input.members if member not in _LEFT_OUT]
    given = {**call.parameters, **dict.fromkeys(call.withheld, MASK)}
    return {member: given[member] for member in members if member in given}


# --- the AWS CLI ---------------------------------------------------------------------------------


def _command(call: EquivalentCall, endpoint: str) -> str:
    indent = _INDENT if call.each else ""
    words = [f"aws {call.service} {xform_name(call.operation, '-')}", *_options(call)]
    if call.keeps is not None:
        words += [f"--query {'.'.join(call.keeps.path)}", "--output text"]
    words += [f"--region {shlex.quote(call.region)}", f"--endpoint-url {shlex.quote(endpoint)}"]
    text = f" \\\n{indent}{_INDENT}".join(words)
    if call.keeps is not None:
        text = f"{call.keeps.variable}=$({text})"
    if call.each is None:
        return text
    variable, items = call.each
    listed = "".join(f" \\\n{_INDENT}{shlex.quote(item)}" for item in items)
    return f"for {variable} in{listed}\ndo\n{indent}{text}\ndone"


def _options(call: EquivalentCall) -> list[str]:
    shapes = _model(call).input.members
    given = _shown(call)
    if any(_is_misread(value) for value in given.values()):
        references = [member for member, value in given.items() if isinstance(value, Result) or value == MASK]
        text = json.dumps({name: value for name, value in given.items() if name not in references}, ensure_ascii=False)
        options = [_written(name, shapes[name], given[name]) for name in references]
        return [f"--cli-input-json {shlex.quote(text)}", *options]
    return [_written(member, shapes[member], value) for member, value in given.items()]


def _is_misread(value: Any) -> bool:
    if isinstance(value, list):
        return not value or any(_is_misread(item) for item in value)
    if isinstance(value, str):
        return value.startswith((*_LOADED_FROM, "-")) or value == ""
    return False


def _written(member: str, shape: Shape, value: Any) -> str:
    option = _option(member)
    if isinstance(value, Result):
        return f'{option} "${value.variable}"'
    if shape.type == "boolean":
        return option if value else option.replace("--", "--no-", 1)
    if shape.type == "blob":
        return f"{option} fileb://{_BINARY_FILE}"
    if value == MASK and shape.sensitive:
        return f"{option} file://{_TEXT_FILE}"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return f"{option} {' '.join(map(shlex.quote, value))}"
    if isinstance(value, list | dict):
        return f"{option} {shlex.quote(json.dumps(value, ensure_ascii=False))}"
    return f"{option} {shlex.quote(str(value))}"


def _option(member: str) -> str:
    return f"--{xform_name(member, '-')}"


# --- boto3 ---------------------------------------------------------------------------------------


def _client_name(place: tuple[str, str], taken: Mapping[tuple[str, str], str]) -> str:
    """Those of the variables of the sample code, with the Region where there are several."""
    service_name, region = place
    is_alone = not any(other == service_name for other, _ in taken)
    return service_name if is_alone else f"{service_name}_{region.replace('-', '_')}"


def _client(name: str, place: tuple[str, str], endpoint: str) -> list[str]:
    service_name, region = place
    arguments = {"region_name": region, "endpoint_url": endpoint}
    named = [f"{_INDENT}{key}={json.dumps(text)}," for key, text in arguments.items()]
    return [f"{name} = boto3.client(", f"{_INDENT}{json.dumps(service_name)},", *named, ")"]


def _statement(call: EquivalentCall, client: str) -> list[str]:
    indent = _INDENT if call.each else ""
    shapes = _model(call).input.members
    given = {member: _literal(shapes[member], value, indent) for member, value in _shown(call).items()}
    arguments = [f"{indent}{_INDENT}{member}={literal}," for member, literal in given.items()]
    first = f"{indent}{client}.{xform_name(call.operation)}("
    lines = [first, *arguments, f"{indent})"] if arguments else [f"{first})"]
    if call.keeps is not None:
        path = "".join(f'["{member}"]' for member in call.keeps.path)
        lines[0] = f"{call.keeps.variable} = {lines[0]}"
        lines[-1] += path
    if call.each is not None:
        variable, items = call.each
        listed = [f"{_INDENT}{json.dumps(item)}," for item in items]
        lines = [f"for {variable} in [", *listed, "]:", *lines]
    return lines


def _literal(shape: Shape, value: Any, indent: str) -> str:
    if isinstance(value, Result):
        return value.variable
    if shape.type == "blob":
        return f'open("{_BINARY_FILE}", "rb").read()'
    if value == MASK and shape.sensitive:
        return f'open("{_TEXT_FILE}", encoding="utf-8").read()'
    return _python(value, f"{indent}{_INDENT}")


def _python(value: Any, indent: str) -> str:
    """Lists and structures one entry to a line. JSON writes text as Python does between double quotes."""
    inner = f"{indent}{_INDENT}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        entries = [_python(item, inner) for item in value]
    elif isinstance(value, dict):
        entries = [f"{json.dumps(key)}: {_python(item, inner)}" for key, item in value.items()]
    else:
        return repr(value)
    opening, closing = "[]" if isinstance(value, list) else "{}"
    listed = "".join(f"\n{inner}{entry}," for entry in entries)
    return f"{opening}{listed}\n{indent}{closing}" if entries else f"{opening}{closing}"
