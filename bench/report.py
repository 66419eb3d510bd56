"""docs/performance.md, written whole from what was measured."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.servers import ROOT

if TYPE_CHECKING:
    from bench.pages import Measured

PATH = ROOT / "docs" / "performance.md"


def write(
    measured: dict[str, Any],
    scale: dict[int, dict[str, float]],
    pages: "dict[str, Measured] | None",
    policies: dict[str, float],
    *,
    versions: dict[str, str],
    connections: int,
    rounds: int,
) -> None:
    """pages: None leaves what was measured of them before."""
    head, _, _ = _PAGES.partition("\n")
    kept = head + PATH.read_text().partition(head)[2]
    PATH.write_text(
        _TEMPLATE.format(
            machine=_machine(),
            commit=_commit(),
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            moto_version=versions["moto"],
            ministack_version=versions["ministack"],
            connections=connections,
            rounds=rounds,
            load=_load_table(measured),
            scale=_scale_table(scale),
            process=_process_table(measured),
            policies=_policies_table(policies),
        )
        + (kept if pages is None else _PAGES.format(pages=_pages_table(pages), machine=_machine(), commit=_commit()))
    )


def _load_table(measured: dict[str, Any]) -> str:
    us, *peers = measured
    heads = [f"{us}, /s", "p50 ms", "p99 ms"]
    for peer in peers:
        heads += [f"{peer}, /s", "p50 ms", "p99 ms", "Times faster"]
    lines = ["| Operation | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for operation, mine in measured[us]["load"].items():
        cells = _cells(mine)
        for peer in peers:
            other = measured[peer]["load"][operation]
            cells += [*_cells(other), f"{mine['per_second'] / other['per_second']:.1f}"]
        lines.append(f"| {operation} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cells(load: dict[str, float]) -> list[str]:
    return [f"{load['per_second']:,.0f}", f"{load['p50_ms']:.2f}", f"{load['p99_ms']:.2f}"]


def _scale_table(scale: dict[int, dict[str, float]]) -> str:
    lines = ["| Secrets in the Region | ListSecrets of 100, /s | p50 ms | p99 ms |", "|---|---|---|---|"]
    lines += [f"| {secrets:,} | " + " | ".join(_cells(load)) + " |" for secrets, load in scale.items()]
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


def _pages_table(pages: "dict[str, Measured]") -> str:
    engines = list(pages)
    heads = [f"{engine}, p50 ms" for engine in engines]
    lines = [f"| Page | {' | '.join(heads)} | SQL queries | Size, KB |", "|---" * (len(engines) + 3) + "|"]
    for title, first in pages[engines[0]].items():
        times = [f"{pages[engine][title]['p50_ms']:.1f}" for engine in engines]
        lines.append(f"| {title} | {' | '.join(times)} | {first['queries']} | {first['kilobytes']:.0f} |")
    return "\n".join(lines)


def rewrite_pages(pages: "dict[str, Measured]") -> None:
    """The console's part alone, measured by itself; it is the last one."""
    before, _, _ = PATH.read_text().partition(_PAGES.partition("\n")[0])
    PATH.write_text(before + _PAGES.format(pages=_pages_table(pages), machine=_machine(), commit=_commit()))


def _policies_table(policies: dict[str, float]) -> str:
    lines = ["| 20 policies of 20 statements | A decision, ms | Parsed once, ms |", "|---|---|---|"]
    for kind, title in {"plain": "None applies", "with_conditions": "Variables and four conditions each"}.items():
        lines.append(f"| {title} | {policies[f'{kind}_us'] / 1000:.2f} | {policies[f'{kind}_parse_us'] / 1000:.0f} |")
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

Written by `make bench` (`python -m bench api` leaves the console's pages out). Measured on {date} at commit {commit},
on {machine}.

Every request is a real one: over HTTP, signed by botocore beforehand, its signature verified. The load comes from one
process with {connections} keep-alive connections (moto's server closes them, so it also pays for new ones), with
10,000 secrets of 1 KB in the Region; server and load share the cores. The servers take turns, and each number is the
middle one of {rounds} rounds. Ours runs as `make run` starts it, with its scheduler, on SQLite; moto_server
{moto_version} and MiniStack {ministack_version} as they come: both keep values in memory, verify no signature, encrypt
nothing and keep no audit trail. GetSecretValue and DescribeSecret go over 100 of the secrets, ListSecrets asks for 100,
BatchGetSecretValue for 20.

## The API

{load}

Our GetSecretValue verifies the signature, evaluates the policies, decrypts the value and commits an audit row before it
answers.

{scale}

## Policies

{policies}

Every statement is asked, since none of them decides. Policies are parsed once per content.

## The process

{process}

A start is measured from the start of the process to the first answer. Memory is the proportional set size of all
processes of the server together.

"""

_PAGES = """\
## The console

With 500,000 secrets in the Region, at commit {commit}, on {machine}: through all middleware, without the network.
Page 5,000 is the 125,000th secret of 25 a page.

{pages}

The number of queries does not grow with the number of rows; tests assert that.
"""
