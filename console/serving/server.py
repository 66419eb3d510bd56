"""A process that serves: uvicorn on uvloop, for the sockets it is given, until SIGTERM."""

import asyncio
import functools
import socket
import time
from typing import Any

import uvloop
from django.db import connection
from uvicorn.config import Config
from uvicorn.server import Server, ServerState

from .api import Api
from .connection import LONGEST_IDLE_SECONDS, Connection
from .pages import Pages

LOOKED_AFTER_SECONDS = 1.0
_GRACE_SECONDS = 3


def serve(listening: socket.socket) -> None:
    uvloop.run(Serving().run(listening))


class Serving:
    def __init__(self) -> None:
        self._server: Server | None = None

    async def run(self, listening: socket.socket) -> None:
        api, pages = Api(asyncio.get_running_loop()), Pages()
        self._server = Server(_config(api, pages))
        watch = asyncio.create_task(_end_what_hangs(self._server.server_state))
        try:
            await self._server.serve([listening])
        finally:
            watch.cancel()
            api.close()
            pages.close(lambda: connection.close())  # of that thread

    def stop(self) -> None:
        """As SIGTERM does."""
        if self._server is not None:
            self._server.should_exit = True


def _config(api: Api, pages: Pages) -> Config:
    """Request lines carry secrets' names, so there is no access log. Who the peer is behind a proxy is ours to say."""
    protocol: Any = functools.partial(Connection, api)
    return Config(
        pages,
        http=protocol,
        ws="none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=LONGEST_IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


async def _end_what_hangs(state: ServerState) -> None:
    while True:
        await asyncio.sleep(LOOKED_AFTER_SECONDS)
        now = time.monotonic()
        for each in list(state.connections):
            if isinstance(each, Connection):
                each.end_what_hangs(now)
