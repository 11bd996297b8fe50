"""A data folder with one conversation, for commands that read it."""

from pathlib import Path

from chatserver.replay.live_client import LiveClient
from chatserver.replay.playback import live_url
from tests.program import program


async def conversation_in(data: Path) -> tuple[str, str]:
    """Store a closed conversation in a data folder; return its id and reference."""
    async with (
        program(data) as server,
        LiveClient(live_url(server.url), {"role": "customer", "name": "Ann"}) as ann,
    ):
        ok = await ann.request("open", text="It \x1b[31mblinks")
        await ann.request("close", conversation=ok["conversation"])
        return str(ok["conversation"]), str(ok["reference"])
