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
        measured = {server.name: _measure(server) for server in (ours, moto)}
        _say("Console pages with 10,000 secrets ...")
        pages = _pages(ours)
    report.write(measured, pages, moto_version=moto_version, connections=_CONNECTIONS, rounds=_ROUNDS)
    _say(f"Written to {report.PATH.relative_to(ROOT)}.")


def _measure(server: Server) -> dict[str, Any]:
    """Load, memory and start-up of one server, alone on the machine; medians of the rounds."""
    _say(f"{server.name}: first start, filling ...")
    first_start = server.start()
    server.fill()
    idle = server.memory_mb()
    load = {
        operation: _median([_load(server, operation, parameters) for _ in range(_ROUNDS)])
        for operation, parameters in _WORK.items()
    }
    loaded = server.memory_mb()
    server.stop()
    starts = []
    for _ in range(_ROUNDS):
        starts.append(server.start())
        server.stop()
    return {
        "load": load,
        "first_start_s": first_start,
        "start_s": statistics.median(starts),
        "idle_mb": idle,
        "loaded_mb": loaded,
    }


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
