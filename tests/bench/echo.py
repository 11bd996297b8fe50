"""The same relay in Cython (`picows`), to show how fast the load generator could be."""

import asyncio

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

TEXT = WSMsgType.TEXT


class Echo(WSListener):
    """One connection; `receivers` maps paths to receiving connections."""

    def __init__(self, path: str, receivers: dict[str, WSTransport]) -> None:
        self._desk, _, self._role = path.rpartition("/")
        self._receivers = receivers

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Register the connection if it receives."""
        if self._role == "receive":
            self._receivers[self._desk] = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer, and send the message to the sender and the receiver."""
        if frame.msg_type == TEXT:
            message = frame.get_payload_as_bytes()
            transport.send(TEXT, b'{"type":"ok"}')
            transport.send(TEXT, message)
            self._receivers[self._desk].send(TEXT, message)


async def _run() -> None:
    receivers: dict[str, WSTransport] = {}

    def newcomer(request: WSUpgradeRequest) -> Echo:
        return Echo(request.path.decode(), receivers)

    server = await ws_create_server(newcomer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"listening on http://127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_run())
