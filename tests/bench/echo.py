"""The same relay in Cython (`picows`), to show how fast the load generator could be."""

import asyncio

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from tests.bench.relay import CONVERSATION

TEXT = WSMsgType.TEXT


class Echo(WSListener):
    """One connection; `peers` has technicians by desk, and customers by conversation."""

    def __init__(self, path: str, peers: dict[bytes, WSTransport]) -> None:
        desk, _, conversation = path[1:].encode().partition(b"/")
        self._name = conversation or desk
        # A customer's messages are the technician's, whatever conversation they name.
        self._desk = desk if conversation else None
        self._peers = peers

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Register the connection."""
        self._peers[self._name] = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Send the message to the other side."""
        if frame.msg_type == TEXT:
            message = frame.get_payload_as_bytes()
            self._peers[self._desk or message[CONVERSATION]].send(TEXT, message)


async def _run() -> None:
    peers: dict[bytes, WSTransport] = {}

    def newcomer(request: WSUpgradeRequest) -> Echo:
        return Echo(request.path.decode(), peers)

    server = await ws_create_server(newcomer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"listening on http://127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_run())
