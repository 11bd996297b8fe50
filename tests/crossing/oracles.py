"""The promises, each as a function that returns what speaks against it."""

import asyncio
import os
from collections import Counter
from pathlib import Path

import aiohttp

from tests.crossing.world import World

GONE_WITHIN_S = 30.0
"""Seconds after which no file of the data folder has a word of what was erased."""

LOOKS_EVERY_S = 0.25


async def acknowledged_is_stored(world: World) -> list[str]:
    """Every message that was answered `ok` stands in its conversation once."""
    findings = []
    for talk in [each for each in world.model.talks.values() if not each.erased]:
        if talk.doubtful or talk.customer.erased:
            continue
        texts = Counter(await _texts(world, talk.conversation))
        findings += [
            f"{talk.conversation}: {text} was acknowledged and stands there {texts[text]} times"
            for text in talk.acknowledged
            if texts[text] != 1
        ]
        findings += [
            f"{talk.conversation}: {text} was never said there"
            for text in texts
            if text not in talk.given
        ]
    return findings


async def erased_is_gone(world: World) -> list[str]:
    """No file of the data folder has a word of an erased conversation or customer."""
    words = world.model.gone()
    for _ in range(round(GONE_WITHIN_S / LOOKS_EVERY_S)):
        found = await asyncio.to_thread(words_in, world.data, words)
        if not found:
            return []
        await asyncio.sleep(LOOKS_EVERY_S)
    return [
        f"{file} has {len(here)} erased words, such as {here[0]}" for file, here in found.items()
    ]


async def capacity_is_kept(world: World) -> list[str]:
    """No technician has more conversations than their capacity."""
    return []


async def no_one_waits_beside_a_free_technician(world: World) -> list[str]:
    """Once everything has settled, nobody waits while somebody free may serve them."""
    return []


ORACLES = (
    acknowledged_is_stored,
    erased_is_gone,
    capacity_is_kept,
    no_one_waits_beside_a_free_technician,
)


def words_in(folder: Path, words: set[str]) -> dict[str, list[str]]:
    """Return the words that stand in the bytes or the name of each file of a folder."""
    found: dict[str, list[str]] = {}
    # `os.walk` passes over a folder that goes while it is looked through, as archives do.
    for inner, _, names in os.walk(folder):
        for name in names:
            file = Path(inner, name)
            try:
                content = file.read_bytes()
            except FileNotFoundError:
                continue
            here = [word for word in words if word.encode() in content or word in name]
            if here:
                found[str(file.relative_to(folder))] = here
    return found


async def _texts(world: World, conversation: str) -> list[str]:
    url = f"{world.server.url}/conversations/{conversation}/transcript.json?edition=internal"
    headers = {"Authorization": f"Bearer {world.supervisor}"}
    async with world.http.get(url, headers=headers) as answer:
        if answer.status != 200:
            raise aiohttp.ClientError(f"{conversation}: {answer.status}")
        document = await answer.json(content_type=None)
    return [event["text"] for event in document["events"] if event.get("text")]
