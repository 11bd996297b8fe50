"""The promises, each as a function that returns what speaks against it."""

import asyncio
import os
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from tests.concurrency.world import World

GONE_WITHIN_S = 30.0
"""Seconds after which no file of the data folder has a word of what was erased."""

POLL_S = 0.25


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


async def files_are_kept(world: World) -> list[str]:
    """Every upload that was answered for is there, with its content."""
    findings = []
    for talk in [each for each in world.model.talks.values() if not each.erased]:
        for file, word in talk.files.items():
            status, content = await _get(world, f"/files/{file}", world.supervisor)
            if status != 200 or word.encode() not in content:
                findings.append(f"{talk.conversation}: file {file} is not there: {status}")
    return findings


async def links_are_good_or_withdrawn(world: World) -> list[str]:
    """A link opens its conversation until it is withdrawn or that is erased, and never again."""
    good = {
        link: talk.conversation
        for talk in world.model.talks.values()
        if not talk.erased
        for link in talk.links
    }
    findings = [
        f"{link} was withdrawn or erased and opens"
        for link in world.model.withdrawn
        if (await _get(world, _path(link)))[0] == 200
    ]
    for link, conversation in good.items():
        status, answer = await _get(world, _path(link))
        if status != 200:
            findings.append(f"{link} does not open {conversation}: {status} {answer[:200]!r}")
    return findings


async def dismissed_stay_out(world: World) -> list[str]:
    """The token of a technician who was dismissed is good for nothing."""
    return [
        "the token of a dismissed technician is good"
        for token in world.model.dismissed
        if (await _get(world, "/admin/site", token))[0] != 401
    ]


async def check_is_content(world: World) -> list[str]:
    """`check` finds no fault in the data folder."""
    code, printed = await world.command("check")
    return [] if code == 0 else [f"check: {printed} {world.history[-1]}"]


async def erased_is_gone(world: World) -> list[str]:
    """No file of the data folder has a word of an erased conversation or customer."""
    words = world.model.gone()
    for _ in range(round(GONE_WITHIN_S / POLL_S)):
        everywhere = await asyncio.to_thread(words_in, world.data, words)
        # Copies from before a restore go a week after the erasure.
        found = {file: here for file, here in everywhere.items() if ".before-" not in file}
        if not found:
            return []
        # The purge runs in the server's process and tells nobody; the bytes on
        # disk are all there is to see.
        await asyncio.sleep(POLL_S)
    return [
        f"{file} has {len(here)} erased words, such as {here[0]}" for file, here in found.items()
    ]


async def pairing_keeps_its_promises(world: World) -> list[str]:
    """A watch in the server has seen no decision that breaks a rule: one technician at a time, the
    capacity, the order, kept places, and no customer beside a free technician who may serve them.
    """
    return world.pairing.read_text().splitlines() if world.pairing.exists() else []


ORACLES = (
    acknowledged_is_stored,
    files_are_kept,
    links_are_good_or_withdrawn,
    dismissed_stay_out,
    check_is_content,
    erased_is_gone,
    pairing_keeps_its_promises,
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


async def _get(world: World, path: str, token: str | None = None) -> tuple[int, bytes]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with world.http.get(world.server.url + path, headers=headers) as answer:
        return answer.status, await answer.read()


def _path(link: str) -> str:
    at = urlsplit(link)
    return f"{at.path}?{at.query}"
