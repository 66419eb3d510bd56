"""Half a million secrets in a Region, in seconds: one that the operation made, copied by the database.

Every table has the rows that CreateSecret would have left: secret, version, its wrapped data key, label, tags, words to
search by. What the copies can't do is be decrypted, as a value is bound to its secret; no page reads one unasked.
"""

import uuid
from collections.abc import Mapping
from typing import Any

_TEMPLATE = "bench/team-00/service-000000"
_DESCRIPTION = "One of many"
TEAMS = 100
_ONE_IN = 100  # is scheduled for deletion


def name(number: int) -> str:
    return f"bench/team-{number % TEAMS:02}/service-{number:06}"


def fill(call: Any, count: int) -> None:
    """`count` secrets named as name() says, in the call's Region."""
    from django.db import connection, transaction

    from secrets_app import operations
    from secrets_app.models import SearchWord, Secret, SecretVersion, StagingLabel, Tag, WrappedDataKey

    first = operations.create_secret(
        call,
        name=_TEMPLATE,
        client_request_token=str(uuid.uuid4()),
        secret_string="value",
        description=_DESCRIPTION,
        tags=[{"Key": "Team", "Value": "team-00"}, {"Key": "Environment", "Value": "Production"}],
    ).secret
    version = SecretVersion.objects.get(secret=first)
    team, digits = "substr(CAST(100 + n.i % 100 AS text), 2)", "substr(CAST(1000000 + n.i AS text), 2)"
    leaving = f"CASE WHEN n.i % {_ONE_IN} = 1 THEN t.created_at END"
    with transaction.atomic():
        _copy(Secret, f"t.id = {first.pk}", count, {
            "id": "t.id + n.i",
            "name": f"'bench/team-' || {team} || '/service-' || {digits}",
            "deleted_at": leaving,
            "deletion_at": leaving,
        })  # fmt: skip
        _copy(SecretVersion, f"t.id = {version.pk}", count, {"id": "t.id + n.i", "secret_id": "t.secret_id + n.i"})
        of_version = {"id": "", "version_id": "t.version_id + n.i"}
        _copy(WrappedDataKey, f"t.version_id = {version.pk}", count, of_version)
        _copy(StagingLabel, f"t.version_id = {version.pk}", count, {**of_version, "secret_id": "t.secret_id + n.i"})
        of_secret = {"secret_id": "t.secret_id + n.i"}
        value = f"CASE t.value WHEN 'team-00' THEN 'team-' || {team} ELSE t.value END"
        _copy(Tag, f"t.secret_id = {first.pk}", count, {**of_secret, "id": "", "value": value})
        word = f"CASE t.word WHEN '000000' THEN {digits} WHEN '00' THEN {team} ELSE t.word END"
        _copy(SearchWord, f"t.secret_id = {first.pk}", count, {**of_secret, "word": word})
    if connection.vendor == "postgresql":  # its autovacuum would, in its own time
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _copy(model: Any, wanted: str, count: int, changed: Mapping[str, str]) -> None:
    """The rows of the first secret, once for every number. changed: column -> SQL over t and n.i; "" leaves it out."""
    from django.db import connection

    columns = [field.column for field in model._meta.concrete_fields if field.column]
    given = [column for column in columns if changed.get(column) != ""]
    selected = ", ".join(changed.get(column) or f"t.{column}" for column in given)
    sql = f"""INSERT INTO {model._meta.db_table} ({", ".join(given)})
              WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1})
              SELECT {selected} FROM n CROSS JOIN {model._meta.db_table} t WHERE {wanted} ORDER BY n.i"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql)
