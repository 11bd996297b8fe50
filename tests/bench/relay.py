"""A bare `websockets` relay without storage: the ceiling that the server is measured against.

A technician connects to `/DESK`, and a customer to `/DESK/CONVERSATION`. Each message is sent to
the other side of the conversation that it names, as it is, and not answered: no relay can do less.
"""

from contextlib import suppress

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

CONVERSATION = slice(31, 57)
"""The place of a conversation's id in a message of the benchmark."""


class Relay:
    """The connections of technicians by desk, and of customers by conversation."""

    def __init__(self) -> None:
        self._technicians: dict[str, ServerConnection] = {}
        self._customers: dict[str, ServerConnection] = {}

    async def handle(self, connection: ServerConnection) -> None:
        """Relay messages until the connection ends."""
        with suppress(ConnectionClosed):
            await self._relay_all(connection)

    async def _relay_all(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        desk, _, conversation = connection.request.path[1:].partition("/")
        if conversation:
            self._customers[conversation] = connection
            async for message in connection:
                await self.relay(str(message), connection, self._technicians[desk])
        else:
            self._technicians[desk] = connection
            async for message in connection:
                text = str(message)
                await self.relay(text, connection, self._customers[text[CONVERSATION]])

    async def relay(
        self, message: str, sender: ServerConnection, receiver: ServerConnection
    ) -> None:
        """Send a message to the other side."""
        await receiver.send(message)


async def serve_relay(relay: Relay) -> None:
    """Serve on a free port of this machine, and print the address."""
    async with serve(relay.handle, "127.0.0.1", 0, compression=None, backlog=4_096) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening on http://127.0.0.1:{port}", flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    uvloop.run(serve_relay(Relay()))
