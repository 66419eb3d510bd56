"""What the list of secrets shows beside ListSecrets: how many are on their way out, and which Regions hold any.

Permitted to whom ListSecrets is; each is answered by an index, however many secrets there are.
"""

from dataclasses import dataclass, replace

from django.db import connection

from secrets_app import regions
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.models import Secret

LIST_SECRETS = "secretsmanager:ListSecrets"

# From one Region of the account to the next, a look into the index each, instead of reading every row for its Region.
_REGIONS = f"""
    WITH RECURSIVE found(region) AS (
        SELECT MIN(region) FROM {Secret._meta.db_table} WHERE account_id = %s
        UNION ALL
        SELECT (SELECT MIN(s.region) FROM {Secret._meta.db_table} s WHERE s.account_id = %s AND s.region > found.region)
        FROM found WHERE found.region IS NOT NULL
    )
    SELECT region FROM found WHERE region IS NOT NULL"""  # noqa: S608  our own table name


@dataclass(frozen=True, slots=True)
class Regions:
    """listed: those that hold secrets and that the caller may list. denied: those the caller may not, full or empty."""

    listed: list[str]
    denied: list[str]


def scheduled_for_deletion(call: Call, *, most: int) -> int:
    """How many secrets of the Region are scheduled for deletion; `most` + 1 stands for more than `most`."""
    call.authorize(action=LIST_SECRETS)
    found = Secret.objects.filter(account=call.account, region=call.region, deleted_at__isnull=False)
    return found.values("account_id")[: most + 1].count()


def regions_with_secrets(call: Call) -> Regions:
    """Denied everywhere raises, as ListSecrets in the call's Region does."""
    denied = [region.code for region in regions.REGIONS if not _may_list(replace(call, region=region.code))]
    if len(denied) == len(regions.REGIONS):
        call.authorize(action=LIST_SECRETS)
    with connection.cursor() as cursor:
        cursor.execute(_REGIONS, [call.account, call.account])
        listed = [str(region) for (region,) in cursor.fetchall()]
    return Regions([region for region in listed if region not in denied], denied)


def _may_list(call: Call) -> bool:
    try:
        call.authorize(action=LIST_SECRETS)
    except AccessDeniedException:
        return False
    return True
