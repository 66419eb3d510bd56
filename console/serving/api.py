"""API requests, answered one after another in the event loop's thread, and the commit that their events share.

One database connection serves them all: SQLite then reads without a lock or a cold cache, and the events of answers
that are ready at one moment share one commit (docs/decisions/0012).
"""

import asyncio
import contextvars
import os
from collections.abc import Callable, Iterable
from typing import Any

from secrets_app import audit, front_door, statements
from secrets_app.errors import AwsError, InternalServiceError

from . import whole_answer
from .whole_answer import Answer, Environ

Deliver = Callable[[Answer], None]
_MOST_IN_A_MOMENT = 64
_NOT_AUDITED = InternalServiceError("The audit trail could not be written.")


class Api:
    """Of one process, for its one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # Django guards its database against event loops, where one request's connection could get into another's
        # hands. Here none can: an API request runs from its begin to its end without giving the loop back.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        self._loop = loop
        self._events: list[audit.Row] = []
        # One context for all requests: the connection that a first one opens is there for the next.
        self._context = contextvars.copy_context()
        self._context.run(audit.collect_in, self._events)
        # Once the loop runs: Django knows a connection by the context only then, and by the thread before.
        loop.call_soon(statements.stay_with_database, context=self._context)
        self._waiting: list[tuple[Environ, Answer, Deliver]] = []
        self._moment: statements.one_moment | None = None

    def answer(self, environ: Environ, deliver: Deliver) -> None:
        """deliver: gets the answer once its event is committed, together with those of whoever else is ready now."""
        if not self._waiting:
            self._loop.call_soon(self._commit)
        if len(self._waiting) % _MOST_IN_A_MOMENT == 0:
            self._begin_moment()
        answer = self._context.run(whole_answer.of, front_door.answer, environ)
        self._waiting.append((environ, answer, deliver))

    def refused(self, environ: Environ, error: AwsError) -> Answer:
        """In the same context: outside of it, each refusal would open a database connection of its own."""
        return self._context.run(_refusal, environ, error)

    def close(self) -> None:
        self._context.run(lambda: statements.current_database().close())

    def _begin_moment(self) -> None:
        """Requests that were there at one turn of the loop see one state of the database: each of them had begun to
        arrive before it was looked at."""
        self._end_moment()
        self._moment = statements.one_moment()
        self._context.run(self._moment.__enter__)

    def _end_moment(self) -> None:
        if self._moment is not None:
            self._context.run(self._moment.__exit__)
            self._moment = None

    def _commit(self) -> None:
        self._end_moment()
        waiting, self._waiting = self._waiting, []
        events = self._events[:]
        self._events.clear()
        failed = False
        try:
            if events:
                self._context.run(audit.commit, events)
        except Exception:
            failed = True
        for environ, answer, deliver in waiting:
            # Nothing happens unaudited: without its event the answer stays here.
            deliver(self.refused(environ, _NOT_AUDITED) if failed else answer)


def _refusal(environ: Environ, error: AwsError) -> Answer:
    def refuse(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        return front_door.refuse(environ, start_response, error)

    return whole_answer.of(refuse, environ)
