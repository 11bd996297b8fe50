"""A rest: what is in doubt is asked again, and every promise is held against the server."""

from tests.concurrency.erasure_actions import settle_doubts
from tests.concurrency.oracles import ORACLES
from tests.concurrency.world import World


async def look_at_everything(world: World) -> list[str]:
    """Return what speaks against the promises, with the last things that were done."""
    # First, or a finding about words in doubt would say nothing about the server.
    await settle_doubts(world)
    findings = [finding for oracle in ORACLES for finding in await oracle(world)]
    return [*findings, *world.history[-40:]] if findings else []
