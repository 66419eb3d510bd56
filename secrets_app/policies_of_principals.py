"""The policies of a user or role, wherever they come from, as part of the one statement that finds out who calls."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .identity import aws_managed
from .models import GroupMembership, IdentityPolicy, ManagedPolicy, ManagedPolicyVersion, PolicyAttachment, Principal

_BOUNDARY = "boundary"


class Named(NamedTuple):
    """name: of an inline policy its own, "GROUP/NAME" for that of a group; of a managed one its ARN."""

    document: str
    name: str


class Policies(NamedTuple):
    identity: tuple[Named, ...]
    boundary: Named | None


NONE = Policies((), None)

_DEFAULT_VERSION = f"""
    LEFT JOIN {ManagedPolicy._meta.db_table} mp ON mp.arn = {{arn}}
    LEFT JOIN {ManagedPolicyVersion._meta.db_table} v ON v.policy_id = mp.id AND v.number = mp.default_version"""


def select(principal_id: str) -> str:
    """Rows of (source, name, document) for the principal whose id this piece of SQL is."""
    attached, boundary = _DEFAULT_VERSION.format(arn="a.policy_arn"), _DEFAULT_VERSION.format(arn="p.boundary_arn")
    return f"""
        SELECT 'inline' AS source, i.name AS name, i.document AS document
        FROM {IdentityPolicy._meta.db_table} i WHERE i.principal_id = {principal_id}
        UNION ALL
        SELECT 'inline', g.name || '/' || i.name, i.document
        FROM {GroupMembership._meta.db_table} m
        JOIN secrets_app_group g ON g.id = m.group_id
        JOIN {IdentityPolicy._meta.db_table} i ON i.group_id = m.group_id WHERE m.principal_id = {principal_id}
        UNION ALL
        SELECT 'managed', a.policy_arn, v.document
        FROM {PolicyAttachment._meta.db_table} a {attached} WHERE a.principal_id = {principal_id}
        UNION ALL
        SELECT 'managed', a.policy_arn, v.document
        FROM {GroupMembership._meta.db_table} m
        JOIN {PolicyAttachment._meta.db_table} a ON a.group_id = m.group_id {attached}
        WHERE m.principal_id = {principal_id}
        UNION ALL
        SELECT '{_BOUNDARY}', p.boundary_arn, v.document
        FROM {Principal._meta.db_table} p {boundary} WHERE p.id = {principal_id} AND p.boundary_arn <> ''
    """  # noqa: S608  our own table names


def from_rows(rows: Iterable[Sequence[Any]]) -> Policies:
    """What an outer join found none of is a row of None. A managed policy that there isn't any more has no document,
    and with that is malformed to the evaluator, which lets nobody pass it."""
    identity, boundary = set(), None
    for source, name, document in rows:
        if source is None:
            continue
        named = Named(document or _of_aws(name), name)
        if source == _BOUNDARY:
            boundary = named
        else:
            identity.add(named)  # of a group and of its member: the same policy
    return Policies(tuple(sorted(identity, key=lambda policy: policy.name)), boundary)


def _of_aws(arn: str) -> str:
    found = aws_managed.BY_ARN.get(arn)
    return "" if found is None else found.document
