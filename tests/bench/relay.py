"""A bare `websockets` relay without storage: the ceiling that the server is measured against.

`/DESK/receive` receives the messages to `/DESK/send`. For each message the sender gets an answer,
and sender and receiver get the message: the same three frames as the server sends.
"""

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve


class Relay:
    """The receiving connections by path."""

    def __init__(self) -> None:
        self._receivers: dict[str, ServerConnection] = {}

    async def handle(self, connection: ServerConnection) -> None:
        """Relay messages until the connection ends."""
        assert connection.request is not None
        desk, _, role = connection.request.path.rpartition("/")
        if role == "receive":
            self._receivers[desk] = connection
        async for message in connection:
            broadcast((connection,), '{"type":"ok"}')
            broadcast((connection, self._receivers[desk]), message)


async def _run() -> None:
    async with serve(Relay().handle, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening on http://127.0.0.1:{port}", flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    uvloop.run(_run())
