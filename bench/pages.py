"""Server time and SQL queries of the console's two most used pages, with 10,000 secrets in the Region.

Runs in a process of its own, in the DATA_DIR it is given; writes what it measured to stdout.
"""

import json
import os
import statistics
import sys
import time
import uuid
from typing import Any

SECRETS = 10_000
_REQUESTS = 40


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from secrets_app import operations, principals
    from secrets_app.call import Call

    administrator = principals.user_by_name("123456789012", "admin")
    assert administrator is not None
    call = Call(principal=principals.identity(administrator), region="us-west-2", now=timezone.now(), door="worker")
    with transaction.atomic():
        for number in range(SECRETS):
            operations.create_secret(
                call,
                name=f"bench/{number:05}",
                client_request_token=str(uuid.uuid4()),
                secret_string="value",
                description="One of many",
                tags=[{"Key": "Team", "Value": f"team-{number % 20}"}],
            )
    json.dump(
        {"list": _measure(administrator, "/"), "details": _measure(administrator, "/secret/?name=bench/05000")},
        sys.stdout,
    )


def _measure(administrator: Any, path: str) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(administrator, backend="console.sign_in.backend.PrincipalBackend")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        number_of_queries = len(queries)  # of the log itself, which the next request empties
    assert answer.status_code == 200, (path, answer.status_code)
    times = []
    for _ in range(_REQUESTS):
        started = time.perf_counter()
        client.get(path)
        times.append(time.perf_counter() - started)
    return {
        "p50_ms": statistics.median(times) * 1000,
        "queries": number_of_queries,
        "kilobytes": len(answer.content) / 1024,
    }


if __name__ == "__main__":
    main()
