"""docs/performance.md, written whole from what was measured."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.servers import ROOT

PATH = ROOT / "docs" / "performance.md"


def write(measured: dict[str, Any], pages: dict[str, Any], *, moto_version: str, connections: int, rounds: int) -> None:
    PATH.write_text(
        _TEMPLATE.format(
            machine=_machine(),
            commit=_commit(),
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            moto_version=moto_version,
            connections=connections,
            rounds=rounds,
            load=_load_table(measured),
            process=_process_table(measured),
            pages=_pages_table(pages),
        )
    )


def _load_table(measured: dict[str, Any]) -> str:
    (us, ours), (them, theirs) = measured.items()
    lines = [
        f"| Operation | {us}, /s | p50 ms | p99 ms | {them}, /s | p50 ms | p99 ms | Times faster |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for operation, mine in ours["load"].items():
        other = theirs["load"][operation]
        lines.append(
            f"| {operation} | {mine['per_second']:,.0f} | {mine['p50_ms']:.2f} | {mine['p99_ms']:.2f} "
            f"| {other['per_second']:,.0f} | {other['p50_ms']:.2f} | {other['p99_ms']:.2f} "
            f"| {mine['per_second'] / other['per_second']:.1f} |"
        )
    return "\n".join(lines)


def _process_table(measured: dict[str, Any]) -> str:
    lines = [
        "| | First start, s | Later start, s | Memory at rest, MB | Memory after the load, MB |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {row['first_start_s']:.2f} | {row['start_s']:.2f} "
        f"| {row['idle_mb']:.0f} | {row['loaded_mb']:.0f} |"
        for name, row in measured.items()
    ]
    return "\n".join(lines)


def _pages_table(pages: dict[str, Any]) -> str:
    lines = ["| Page | Server time p50, ms | SQL queries | Size, KB |", "|---|---|---|---|"]
    lines += [
        f"| {title} | {pages[name]['p50_ms']:.1f} | {pages[name]['queries']} | {pages[name]['kilobytes']:.0f} |"
        for name, title in {"list": "List of secrets", "details": "Secret details"}.items()
    ]
    return "\n".join(lines)


def _machine() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    models = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
    return f"{os.cpu_count()} cores of {models[0] if models else platform.machine()}, {platform.system()} " + (
        f"{platform.release()}, Python {platform.python_version()}"
    )


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/performance.md")
    return git("rev-parse", "--short", "HEAD") + (" with uncommitted changes" if changed else "")


_TEMPLATE = """\
# Performance

Written by `make bench`. Measured on {date} at commit {commit}, on {machine}.

Every request is a real one: over HTTP, signed by botocore beforehand, its signature verified. The load comes from one
process with {connections} keep-alive connections (moto's server closes them, so it also pays for new ones), over 100
secrets of 1 KB; server and load share the cores. The servers take turns, and each number is the middle one of {rounds}
rounds. Ours runs as `make run` starts it, with its scheduler; moto_server {moto_version} as it comes, which verifies no
signature, encrypts nothing and keeps no audit trail.

## The API

{load}

Our GetSecretValue verifies the signature, evaluates the policies, decrypts the value and commits an audit row before it
answers.

## The process

{process}

A start is measured from the start of the process to the first answer. Memory is the proportional set size of all
processes of the server together.

## The console

With 10,000 secrets in the Region, through all middleware, without the network:

{pages}

The number of queries does not grow with the number of rows; tests assert that.
"""
