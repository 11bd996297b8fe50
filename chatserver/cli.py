"""The command line: `python run.py`, `python -m chatserver` and `chatserver` are all this."""

import argparse
import asyncio
import gc
import signal
import sqlite3
import sys
from pathlib import Path

from pydantic import ValidationError

from chatserver import logs
from chatserver.app import running
from chatserver.build import build_accounts, build_transcripts
from chatserver.commands import (
    erase,
    export_person,
    import_log,
    maintenance,
    pairing,
    verify,
)
from chatserver.commands.command import Commands, Failed, Run, need_database, run
from chatserver.core.people import Level, Rank
from chatserver.i18n.languages import FALLBACK, languages
from chatserver.services.accounts import TechnicianTerms
from chatserver.settings import Settings, load_settings
from chatserver.store.open import open_store
from chatserver.transcript.formats import FORMATS
from chatserver.transcript.reader_locale import ReaderLocale, reader_zone

SWITCH_INTERVAL_S = 0.0005

COLLECT_AFTER = 5_000
"""Objects after which the garbage collector looks at the young ones; Python's own 700 lets it
look at all of them, for half a second, twelve times while 10,000 clients come."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it did what it was asked."""
    options = _parser().parse_args(_with_default(sys.argv[1:] if arguments is None else arguments))
    try:
        given = {name: getattr(options, name, None) for name in ("data", "host", "port")}
        settings = load_settings(options.config, **given)
        logs.configure(settings.log_level)
        command: Run = options.command
        return command(options, settings)
    except ValidationError as error:
        return _fail("\n".join(_complaint(each["loc"], each["msg"]) for each in error.errors()))
    except (Failed, OSError, sqlite3.Error, ValueError) as error:
        return _fail(str(error))


def _serve(_: argparse.Namespace, settings: Settings) -> int:
    return run(_serving(settings))


async def _serving(settings: Settings) -> int:
    # The store's thread gives up the interpreter's lock at each statement, and a busy event loop
    # would keep it for 5 ms each time.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.set_threshold(COLLECT_AFTER)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with running(settings) as server:
            # What is there now stays, and need not be looked through ever again.
            gc.freeze()
            print(f"listening on {server.url}", flush=True)
            link = await server.staff.first_link()
            site = settings.public_url or server.url
            print(f"  demo shop  {site}/demo\n  console    {site}/console", flush=True)
            if link is not None:
                print(f"  sign in as the first administrator, once: {site}{link}", flush=True)
            await stop.wait()
    except BlockingIOError:
        raise Failed(f"another server uses the data folder {settings.data}") from None
    return 0


def _all_of(named: list[str] | None) -> frozenset[str] | None:
    """What was named, None where nothing was, which leaves it as it is."""
    return None if named is None else frozenset(named)


def _technician_add(options: argparse.Namespace, settings: Settings) -> int:
    async def add() -> int:
        topics = _all_of(options.topic)
        rank = None if options.role is None else Rank(options.role)
        async with open_store(settings.data) as store:
            staff = build_accounts(store, settings)
            terms = TechnicianTerms(
                options.name,
                rank,
                options.capacity,
                topics,
                skills=_all_of(options.skill),
                languages=_all_of(options.language),
                level=None if options.level is None else Level(options.level),
            )
            technician = await staff.hire(options.login, terms)
            if options.print_token:
                print(await staff.api_token(technician))
                return 0
            link = await staff.sign_in_link(technician)
        print(f"{technician.login} is {technician.rank}, with room for {technician.capacity}.")
        print(f"One-time sign-in link: {settings.base_url}{link}")
        return 0

    return run(add())


def _transcript(options: argparse.Namespace, settings: Settings) -> int:
    async def write() -> int:
        need_database(settings)
        async with open_store(settings.data) as store:
            transcripts = build_transcripts(store, settings)
            name, internal = options.conversation, options.internal
            document = await transcripts.fetch(name, None, internal=internal)
        render = FORMATS[options.format].render
        reader = ReaderLocale(reader_zone(options.timezone), options.language)
        sys.stdout.buffer.write(render.run_inline(document, reader))
        return 0

    return run(write())


def _replay(options: argparse.Namespace, settings: Settings) -> int:
    # The server starts a third of a second sooner without what only this command needs.
    from chatserver.replay.playback import REPLAY_TOPIC, ReplayOptions, replay

    async def tokens(count: int) -> list[str]:
        if options.token:
            return list(options.token)
        async with open_store(settings.data) as store:
            staff = build_accounts(store, settings)
            terms = TechnicianTerms(capacity=1, topics=frozenset({REPLAY_TOPIC}))
            return [
                await staff.api_token(await staff.hire(f"replay-{number}", terms))
                for number in range(1, count + 1)
            ]

    url = options.url or settings.base_url
    return run(
        replay(
            ReplayOptions(
                file=options.file,
                url=url,
                speed=options.speed,
                pairs=options.pairs,
                tokens=tokens,
                limit=options.limit,
            )
        )
    )


def _simulate(options: argparse.Namespace, settings: Settings) -> int:
    from chatserver.commands.simulate import simulate

    return simulate(options, settings)


def _settings(_: argparse.Namespace, settings: Settings) -> int:
    for name, field in Settings.model_fields.items():
        is_secret = name.endswith(("secret", "password"))
        value = "set" if is_secret and getattr(settings, name) else None
        shown = getattr(settings, name) if value is None else value
        print(
            f"CHATSERVER_{name.upper()} = {shown}\n    {field.description}"
            f" (default: {field.default})"
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--data", type=Path, help="folder of all data (default: transcripts)")
    everywhere.add_argument("--config", type=Path, help="TOML file of settings")
    parser = argparse.ArgumentParser(prog="chatserver", description="The support chat server.")
    commands = Commands(parser.add_subparsers(required=True, metavar="COMMAND"), everywhere)
    add = commands.add
    _declare_technicians(commands)
    serve = add("serve", _serve, "the server; the default command")
    serve.add_argument("--host", help="address to listen on")
    serve.add_argument("--port", type=int, help="port to listen on; 0 takes a free one")
    transcript = add("transcript", _transcript, "a transcript, to standard output")
    transcript.add_argument("conversation", help="id or reference")
    transcript.add_argument("--internal", action="store_true", help="with technicians' notes")
    transcript.add_argument("--format", choices=sorted(FORMATS), default="txt")
    transcript.add_argument(
        "--timezone", default="UTC", metavar="ZONE", help="zone of the times (default: UTC)"
    )
    transcript.add_argument(
        "--language", choices=languages(), default=FALLBACK, help=f"(default: {FALLBACK})"
    )
    play = add("replay", _replay, "play dialogues through real sockets and compare transcripts")
    play.add_argument("file", type=Path, help="dialogues, one JSON object a line")
    play.add_argument("--url", help="the server (default: the one of the settings)")
    play.add_argument("--speed", type=float, default=0, help="time compression; 0 does not wait")
    play.add_argument("--pairs", type=int, default=25, help="dialogues in flight")
    play.add_argument("--limit", type=int, help="only so many dialogues")
    play.add_argument("--token", action="append", help="technician's API token, repeatable")
    verify.declare(commands)
    _declare_simulation(commands)
    pairing.declare(commands)
    erase.declare(commands)
    export_person.declare(commands)
    import_log.declare(commands)
    maintenance.declare(commands)
    add("settings", _settings, "every setting with its unit, default and meaning")
    return parser


def _declare_technicians(commands: Commands) -> None:
    technicians = commands.group("technician", "who answers")
    text = "add a technician, or change one; prints a sign-in link"
    add = technicians.add("add", _technician_add, text)
    add.add_argument("login")
    add.add_argument("--name", help="as customers see it (default: the login)")
    add.add_argument("--role", choices=("technician", "supervisor", "admin"))
    add.add_argument("--capacity", type=int, help="conversations at once")
    add.add_argument("--topic", action="append", help="serve only this topic, repeatable")
    add.add_argument("--skill", action="append", help="has this skill, repeatable")
    add.add_argument("--language", action="append", help="speaks only this one, repeatable")
    add.add_argument("--level", choices=list(Level), help="in which order technicians are asked")
    add.add_argument("--print-token", action="store_true", help="print nothing but an API token")


def _declare_simulation(commands: Commands) -> None:
    text = "what other rules or numbers of technicians would have come to"
    simulate = commands.add("simulate", _simulate, text)
    simulate.add_argument(
        "--dialogues", type=Path, metavar="FILE", help="recorded dialogues instead of the own log"
    )
    simulate.add_argument("--days", type=int, default=7, help="how far to look back (7)")
    simulate.add_argument(
        "--technicians", type=int, nargs="+", metavar="N", default=[], help="numbers to try"
    )
    simulate.add_argument(
        "--rules",
        type=Path,
        nargs="+",
        metavar="FILE",
        default=[],
        help="rules to try: JSON like `pairing` of /admin/site",
    )
    simulate.add_argument(
        "--target", type=float, default=2, metavar="MINUTES", help="wait that is still good (2)"
    )
    simulate.add_argument("--plot", type=Path, metavar="FILE", help="draw the waits as SVG")


def _with_default(arguments: list[str]) -> list[str]:
    """`serve` where no command was named."""
    named = [argument for argument in arguments[:1] if not argument.startswith("-")]
    return arguments if named or arguments[:1] in (["-h"], ["--help"]) else ["serve", *arguments]


def _complaint(location: tuple[int | str, ...], message: str) -> str:
    return f"CHATSERVER_{'_'.join(str(part) for part in location).upper()}: {message}"


def _fail(message: str) -> int:
    print(f"chatserver: {message}", file=sys.stderr)
    return 1
