"""Server time and SQL queries of the console's pages with half a million secrets in the Region, on either engine.

`python -m bench.pages` alone measures them and writes their part of docs/performance.md. Each engine has a process of
its own, in the DATA_DIR and DATABASE_URL it is given, which writes what it measured to stdout.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import postgresql
from bench.fill import fill, name
from bench.servers import ROOT

SECRETS = 500_000
_REQUESTS = 30
_FAR_PAGE = 5_000
_PAGE_SIZE = 25

Measured = dict[str, dict[str, Any]]
"""Page -> p50_ms, queries, kilobytes."""


def of_both(scratch: Path) -> dict[str, Measured]:
    """By engine; without PostgreSQL where there is none on this machine."""
    found = {"SQLite": _of(scratch / "sqlite")}
    if postgresql.programs():
        with tempfile.TemporaryDirectory(prefix="bench-postgresql-") as folder:
            Path(folder).chmod(0o755)
            with postgresql.running(Path(folder) / "server") as url:
                found["PostgreSQL"] = _of(scratch / "postgresql", DATABASE_URL=url)
    return found


def _of(data_dir: Path, **more: str) -> Measured:
    data_dir.mkdir(parents=True)
    environment = {**os.environ, "DATA_DIR": str(data_dir), "DEMO_PASSWORD": "bench", "DATABASE_URL": "", **more}
    subprocess.run(
        [sys.executable, "manage.py", "prepare"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    result = subprocess.run(
        [sys.executable, "-m", "bench.pages", "measure"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    measured: Measured = json.loads(result.stdout)
    return measured


# --- one engine, in its own process --------------------------------------------------------------


def measure() -> Measured:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    import django

    django.setup()
    from django.utils import timezone

    from secrets_app import principals
    from secrets_app.call import Call

    administrator = principals.user_by_name("123456789012", "admin")
    assert administrator is not None
    call = Call(principal=principals.identity(administrator), region="us-west-2", now=timezone.now(), door="worker")
    started = time.perf_counter()
    fill(call, SECRETS)
    print(f"  {SECRETS:,} secrets in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    found = {}
    for title, path in _paths(call).items():
        found[title] = _measured(administrator, path)
        print(f"  {title}: {found[title]['p50_ms']:.1f} ms, {found[title]['queries']} queries", file=sys.stderr)
    return found


def _paths(call: Any) -> dict[str, str]:
    secret = {"name": name(SECRETS // 2), "region": "us-west-2"}
    asked: dict[str, dict[str, Any]] = {
        "List": {},
        f"List, page {_FAR_PAGE:,}": {"page": _FAR_PAGE, "token": _token(call, "created-date")},
        "List by name, descending": {"sort": "name", "order": "desc"},
        f"List by name, page {_FAR_PAGE:,}": {"sort": "name", "page": _FAR_PAGE, "token": _token(call, "name")},
        "List by last change": {"sort": "last-changed-date", "order": "desc"},
        "List by last retrieval": {"sort": "last-accessed-date"},
        "List with those scheduled for deletion": {"deleted": 1},
        "Filter that one secret matches": {"filter": f"all:{SECRETS // 2}"},
        "Filter that all match": {"filter": "tag-key:Team"},
        "Filter that one in a hundred matches, by name": {"filter": "tag-value:team-42", "sort": "name"},
        "Filter that none matches": {"filter": "description:nothing"},
        "Filter that excludes": {"filter": "tag-value:!team-00"},
        "Two filters": {"filter": ["all:service", "tag-value:team-42"]},
        "Folders": {"view": "folders"},
        "Folder of a hundred folders": {"view": "folders", "prefix": "bench/"},
        "Folder of thousands of secrets": {"view": "folders", "prefix": "bench/team-42/"},
        "All Regions": {"view": "all-regions"},
    }
    tabs = ("overview", "rotation", "versions", "replication", "tags", "history")
    return {
        **{title: f"/?{urlencode({'region': 'us-west-2', **query}, doseq=True)}" for title, query in asked.items()},
        **{f"Secret, {tab}": f"/secret/?{urlencode({**secret, 'tab': tab})}" for tab in tabs},
    }


def _token(call: Any, sort_by: str) -> str:
    """Where the far page begins: every page before it has been turned."""
    from secrets_app import operations

    token, left = None, (_FAR_PAGE - 1) * _PAGE_SIZE
    while left:
        page = operations.list_secrets(
            call, filters=[], max_results=min(left, 100), next_token=token, sort_by=sort_by, sort_order="asc",
            include_planned_deletion=False,
        )  # fmt: skip
        token, left = page.next_token, left - len(page.items)
    assert token is not None
    return token


def _measured(administrator: Any, path: str) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(administrator, backend="console.sign_in.backend.PrincipalBackend")
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        number_of_queries = len(queries)  # of the log itself, which the next request empties
    assert answer.status_code == 200, (path, answer.status_code)
    assert b"can't be shown" not in answer.content, path
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


def main() -> None:
    if sys.argv[1:] == ["measure"]:
        json.dump(measure(), sys.stdout)
        return
    from bench import report

    with tempfile.TemporaryDirectory(prefix="secrets-console-bench-") as scratch:
        report.rewrite_pages(of_both(Path(scratch)))


if __name__ == "__main__":
    main()
