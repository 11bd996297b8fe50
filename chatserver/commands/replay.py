"""`replay`: recorded dialogues, played through real sockets against a running server."""

import argparse
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from chatserver.commands.command import Commands, Failed, need_number, run
from chatserver.composition.services import build_accounts
from chatserver.replay.playback import REPLAY_TOPIC, ReplayOptions, replay
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings import Settings
from chatserver.store.open import open_store


def declare(commands: Commands) -> None:
    """Declare the command."""
    text = "play dialogues through real sockets and compare transcripts"
    play = commands.add("replay", _replay, text)
    play.add_argument("file", type=Path, help="dialogues, one JSON object a line")
    play.add_argument("--url", help="the server (default: the one of the settings)")
    play.add_argument("--speed", type=float, default=0, help="time compression; 0 does not wait")
    play.add_argument("--pairs", type=int, default=25, help="dialogues in flight")
    play.add_argument("--limit", type=int, help="only so many dialogues")
    play.add_argument("--token", action="append", help="technician's API token, repeatable")


def _replay(options: argparse.Namespace, settings: Settings) -> int:
    need_number("--pairs", options.pairs, 1)
    need_number("--speed", options.speed, 0)
    if options.limit is not None:
        need_number("--limit", options.limit, 1)
    url = options.url or settings.base_url
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise Failed(f"--url {url}: expected http:// or https:// and a host")

    async def tokens(count: int) -> list[str]:
        await _check_server(url)
        if options.token:
            return list(options.token)
        async with open_store(settings.data, database=settings.database) as store:
            accounts = build_accounts(store, settings)
            terms = TechnicianTerms(capacity=1, topics=frozenset({REPLAY_TOPIC}))
            return [
                await accounts.api_token(await accounts.hire(f"replay-{number}", terms))
                for number in range(1, count + 1)
            ]

    return run(
        replay(
            ReplayOptions(
                file=options.file,
                url=url.rstrip("/"),
                speed=options.speed,
                pairs=options.pairs,
                tokens=tokens,
                limit=options.limit,
            )
        )
    )


async def _check_server(url: str) -> None:
    """Raise Failed if no chat server answers: the clients would try to reach one for ever."""
    health = f"{url.rstrip('/')}/healthz"
    try:
        async with aiohttp.ClientSession() as http, http.get(health) as response:
            is_there = response.status == HTTPStatus.OK
    except (aiohttp.ClientError, TimeoutError):
        is_there = False
    if not is_there:
        raise Failed(
            f"no chat server answers at {url}; start one with `serve`, or name it with --url"
        )
