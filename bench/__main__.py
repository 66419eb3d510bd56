import base64
import json
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import pages, policies, report, requests
from bench.servers import ROOT, MiniStack, Moto, Ours, Server, install_peers

SECRETS = 10_000
FEW = 1_000
MANY = 100_000
_VALUE = "v" * 1024
_ROUNDS = 3
_SECONDS = 5.0
_CONNECTIONS = 8
_PUTS = 8_000  # fewer than secrets: no secret gets so many versions in a day that the quota stops it

Parameters = list[dict[str, Any]]


def main() -> None:
    _say("Installing the peers beside us (once) ...")
    versions = install_peers()
    with tempfile.TemporaryDirectory(prefix="secrets-console-bench-") as scratch:
        ours = Ours(Path(scratch) / "data")
        measured = _measure([ours, Moto(), MiniStack()])
        _say(f"Lists of {MANY:,} secrets ...")
        scale = _scale(Ours(Path(scratch) / "few"), ours)
        found = None
        if "api" not in sys.argv[1:]:
            _say("Console pages with 500,000 secrets ...")
            found = pages.of_both(Path(scratch) / "pages")
    report.write(
        measured, scale, found, policies.measured(), versions=versions, connections=_CONNECTIONS, rounds=_ROUNDS
    )
    _say(f"Written to {report.PATH.relative_to(ROOT)}.")


def _measure(servers: list[Server]) -> dict[str, Any]:
    """Load, memory and start-up; medians of the rounds. The servers take turns, so that a slow minute hits all."""
    measured: dict[str, Any] = {server.name: {"load": {}} for server in servers}
    for server in servers:
        _say(f"{server.name}: first start, filling ...")
        measured[server.name]["first_start_s"] = server.start()
        _send(server, "CreateSecret", _creations(), seconds=0)
        measured[server.name]["idle_mb"] = server.memory_mb()
    for operation, parameters in _WORK.items():
        rounds = [{server.name: _load(server, operation, parameters()) for server in servers} for _ in range(_ROUNDS)]
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


def _scale(few: Server, many: Server) -> dict[int, dict[str, float]]:
    """ListSecrets of 100, by the number of secrets in the Region; the two take turns. many: has SECRETS already."""
    servers = {FEW: few, MANY: many}
    for server in servers.values():
        server.start()
    _send(few, "CreateSecret", _creations(0, FEW), seconds=0)
    _send(many, "CreateSecret", _creations(SECRETS, MANY), seconds=0)
    rounds = [
        {number: _load(server, "ListSecrets", [{"MaxResults": 100}]) for number, server in servers.items()}
        for _ in range(_ROUNDS)
    ]
    for server in servers.values():
        server.stop()
    return {number: _median([each[number] for each in rounds]) for number in servers}


def _name(number: int) -> str:
    return f"load/{number:05}"


def _creations(first: int = 0, end: int = SECRETS) -> Parameters:
    return [
        {"Name": _name(number), "SecretString": _VALUE, "ClientRequestToken": str(uuid.uuid4())}
        for number in range(first, end)
    ]


_WORK: dict[str, Callable[[], Parameters]] = {
    "GetSecretValue": lambda: [{"SecretId": _name(number)} for number in range(100)],
    "DescribeSecret": lambda: [{"SecretId": _name(number)} for number in range(100)],
    "ListSecrets": lambda: [{"MaxResults": 100}],
    "BatchGetSecretValue": lambda: [
        {"SecretIdList": [_name(number) for number in range(first, first + 20)]} for first in range(0, 1000, 20)
    ],
    "PutSecretValue": lambda: [
        {"SecretId": _name(number), "SecretString": _VALUE, "ClientRequestToken": str(uuid.uuid4())}
        for number in range(_PUTS)
    ],
}


def _load(server: Server, operation: str, parameters: Parameters) -> dict[str, float]:
    measured = _send(server, operation, parameters, seconds=_SECONDS)
    _say(f"{server.name}: {operation} {measured['per_second']:.0f}/s, p99 {measured['p99_ms']:.1f} ms")
    return measured


def _send(server: Server, operation: str, parameters: Parameters, *, seconds: float) -> dict[str, float]:
    """By a load generator in a process of its own. seconds: 0 sends each once."""
    signed = [requests.signed(server.port, server.key_id, server.secret, operation, each) for each in parameters]
    order = {
        "port": server.port,
        "seconds": seconds,
        "connections": _CONNECTIONS,
        "requests": [base64.b64encode(request).decode() for request in signed],
    }
    result = subprocess.run(
        [sys.executable, "-m", "bench.load"], cwd=ROOT, input=json.dumps(order), capture_output=True, text=True
    )
    if result.returncode:
        raise SystemExit(result.stderr)
    measured: dict[str, float] = json.loads(result.stdout)
    # moto answers a few of ten thousand simultaneous CreateSecrets with 500; that many secrets fewer change no figure.
    if measured["failures"] > (measured["answers"] * 0.01 if not seconds else 0):
        raise SystemExit(f"{server.name}: {measured['failures']} of {measured['answers']} {operation} failed.")
    return measured


def _median(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The round in the middle by throughput."""
    return sorted(rounds, key=lambda measured: measured["per_second"])[len(rounds) // 2]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
