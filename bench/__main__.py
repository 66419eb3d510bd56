import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import report, requests
from bench.servers import ROOT, SECRETS, Moto, Ours, Server, install_moto

_ROUNDS = 3
_SECONDS = 6.0
_CONNECTIONS = 8


def main() -> None:
    _say("Installing moto beside us (once) ...")
    moto_version = install_moto()
    with tempfile.TemporaryDirectory(prefix="secrets-console-bench-") as scratch:
        ours, moto = Ours(Path(scratch) / "data"), Moto()
        measured = _measure([ours, moto])
        _say("Console pages with 10,000 secrets ...")
        pages = _pages(ours)
    report.write(measured, pages, moto_version=moto_version, connections=_CONNECTIONS, rounds=_ROUNDS)
    _say(f"Written to {report.PATH.relative_to(ROOT)}.")


def _measure(servers: list[Server]) -> dict[str, Any]:
    """Load, memory and start-up; medians of the rounds. The servers take turns, so that a slow minute hits both."""
    measured: dict[str, Any] = {server.name: {"load": {}} for server in servers}
    for server in servers:
        _say(f"{server.name}: first start, filling ...")
        measured[server.name]["first_start_s"] = server.start()
        server.fill()
        measured[server.name]["idle_mb"] = server.memory_mb()
    for operation, parameters in _WORK.items():
        rounds = [{server.name: _load(server, operation, parameters) for server in servers} for _ in range(_ROUNDS)]
        for server in servers:
            measured[server.name]["load"][operation] = _median([each[server.name] for each in rounds])
    for server in servers:
        measured[server.name]["loaded_mb"] = server.memory_mb()
        server.stop()
        measured[server.name]["start_s"] = statistics.median([_restart(server) for _ in range(_ROUNDS)])
    return measured


def _restart(server: Server) -> float:
    seconds = server.start()
    server.stop()
    return seconds


_WORK: dict[str, list[dict[str, Any]]] = {
    "GetSecretValue": [{"SecretId": f"bench/{number:03}"} for number in range(SECRETS)],
    "DescribeSecret": [{"SecretId": f"bench/{number:03}"} for number in range(SECRETS)],
    "ListSecrets": [{"MaxResults": 100}],
}


def _load(server: Server, operation: str, parameters: list[dict[str, Any]]) -> dict[str, float]:
    """One round, by a load generator in a process of its own."""
    signed = [requests.signed(server.port, server.key_id, server.secret, operation, each) for each in parameters]
    order = {
        "port": server.port,
        "seconds": _SECONDS,
        "connections": _CONNECTIONS,
        "requests": [base64.b64encode(request).decode() for request in signed],
    }
    result = subprocess.run(
        [sys.executable, "-m", "bench.load"], cwd=ROOT, input=json.dumps(order), capture_output=True, text=True
    )
    if result.returncode:
        raise SystemExit(result.stderr)
    measured: dict[str, float] = json.loads(result.stdout)
    if measured["failures"]:
        raise SystemExit(f"{server.name}: {measured['failures']} of {measured['answers']} {operation} failed.")
    _say(f"{server.name}: {operation} {measured['per_second']:.0f}/s, p99 {measured['p99_ms']:.1f} ms")
    return measured


def _median(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The round in the middle by throughput."""
    return sorted(rounds, key=lambda measured: measured["per_second"])[len(rounds) // 2]


def _pages(ours: Ours) -> dict[str, Any]:
    result = subprocess.run(
        [sys.executable, "-m", "bench.pages"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(ours.data_dir)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    measured: dict[str, Any] = json.loads(result.stdout)
    return measured


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
