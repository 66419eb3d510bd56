"""Calls of the API as they are shown: what a dialog is about to make, and what was made. Never with a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from secrets_app.service_model import service


@dataclass(frozen=True, slots=True)
class Result:
    """Stands, as a parameter, for what an earlier call answered. path: its members, ("KeyMetadata", "KeyId")."""

    variable: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EquivalentCall:
    """parameters: by wire name, without sensitive ones. withheld: wire names of those that are given, but never shown.

    keeps: what of the answer a later call needs. each: the call is made once for every one of these, by the name of
    their variable: ("secret_id", [ARN, ...]).
    """

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]
    withheld: Sequence[str] = ()
    keeps: Result | None = None
    each: tuple[str, Sequence[str]] | None = None


def call(operation: str, region: str, *, service_name: str = "secretsmanager", **given: Any) -> EquivalentCall:
    """given: parameters by wire name; those that are None are left out, and of sensitive ones only the name is kept."""
    model = service(service_name).operations[operation]
    unknown = given.keys() - model.keywords.keys()
    if unknown:
        raise TypeError(f"{operation} has no {sorted(unknown)}.")
    present = [member for member in model.input.members if given.get(member) is not None]
    return EquivalentCall(
        service=service_name,
        operation=operation,
        region=region,
        parameters={member: given[member] for member in present if member not in model.sensitive},
        withheld=[member for member in present if member in model.sensitive],
    )
