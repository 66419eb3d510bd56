import functools
import http.client
import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from console.start_up import announcement, checks, process, turns, web
from console.start_up.preparation import prepare
from console.start_up.refusal import CannotStart
from console.start_up.supervisor import Child, Supervisor


class Command(BaseCommand):
    help = "Prepare what needs it, then serve console, API and background work in the foreground. Ctrl-C stops all."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        host, port = os.environ.get("HOST") or "127.0.0.1", settings.PORT
        try:
            self._serve(host, port)
        except CannotStart as refusal:
            sys.exit(str(refusal))

    def _serve(self, host: str, port: int) -> None:
        checks.host(host, behind_tls=settings.BEHIND_TLS)
        if settings.AUTH == "permissive":
            checks.permissive_mode(host, behind_tls=settings.BEHIND_TLS, anywhere=settings.AUTH_PERMISSIVE_ANYWHERE)
        checks.port_is_free(host, port)
        workers, schedulers = web.number_of_workers(), web.number_of_schedulers()
        with turns.one_at_a_time():
            prepared = prepare(self._say)
        web.load()  # once, here: the workers are forked from this process and share what it has imported
        supervisor = Supervisor(
            [Child("web server", functools.partial(web.serve, host, port, workers)) for _ in range(workers)],
            [Child("scheduler", _run_scheduler) for _ in range(schedulers)],
        )
        sys.exit(
            supervisor.run(
                is_answering=functools.partial(_is_answering, host, port),
                when_answering=lambda: self._say(announcement.text(prepared, settings.PUBLIC_ENDPOINT)),
            )
        )

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _run_scheduler() -> None:
    process.forget_secrets_of_environment()
    call_command("run_scheduler")


def _is_answering(host: str, port: int) -> bool:
    """Whether GET /healthz is 200; asked over loopback, as behind a TLS proxy where one is announced.

    Raises CannotStart if the server answers, but with an error: waiting would not help.
    """
    connection = http.client.HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, timeout=2)  # noqa: S104
    headers = {"Host": "127.0.0.1", **({"X-Forwarded-Proto": "https"} if settings.BEHIND_TLS else {})}
    try:
        connection.request("GET", "/healthz", headers=headers)
        status = connection.getresponse().status
        if status != 200:
            raise CannotStart(f"The server is up but not healthy: GET /healthz answered {status}.")
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
