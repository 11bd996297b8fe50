"""A bare `websockets` relay without storage: the ceiling that the server is measured against.

Two connections to the same path are a pair. What one sends is acknowledged to it and passed to
the other.
"""

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve


class Relay:
    """Pairs of connections by path."""

    def __init__(self) -> None:
        self._pairs: dict[str, set[ServerConnection]] = {}

    async def handle(self, connection: ServerConnection) -> None:
        """Pass on everything until the connection ends."""
        assert connection.request is not None
        pair = self._pairs.setdefault(connection.request.path, set())
        pair.add(connection)
        try:
            async for message in connection:
                broadcast((connection,), '{"type":"ok"}')
                broadcast(pair - {connection}, message)
        finally:
            pair.discard(connection)


async def _run() -> None:
    async with serve(Relay().handle, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening on http://127.0.0.1:{port}", flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    uvloop.run(_run())
