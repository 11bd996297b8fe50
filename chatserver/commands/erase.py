"""`erase`, `hold`, `release`: erase a customer, and protect conversations from erasure."""

import argparse
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

from chatserver.bus.memory import MemoryBus
from chatserver.commands.command import Commands, Failed, need_database, run
from chatserver.composition.services import build_services
from chatserver.core.conversation.state import Conversation
from chatserver.core.durations import DAY_MS
from chatserver.core.errors import Code, Refused
from chatserver.core.ids import parse_reference
from chatserver.core.retention import ErasureScope
from chatserver.services.erasure.erasure import COPIES_KEPT_MS, Erasure
from chatserver.settings import Settings
from chatserver.store.folder.former_copies import list_copies
from chatserver.store.folder.lock import sole_server
from chatserver.store.open import open_store
from chatserver.workers.pool import WorkerPool


def declare(commands: Commands) -> None:
    """Declare the commands."""
    erase = commands.add(
        "erase", _erase, "erase a customer and all their conversations; prints a receipt"
    )
    erase.add_argument("customer", help="the id, or a reference of one of their conversations")
    erase.add_argument("--yes", action="store_true", help="do not ask on a terminal")
    hold = commands.add("hold", _hold, "protect a conversation from erasure (legal hold)")
    hold.add_argument("conversation", help="id or reference")
    hold.add_argument("reason", help="the reason, for later review of the hold")
    release = commands.add("release", _release, "end the hold of a conversation")
    release.add_argument("conversation", help="id or reference")


def _erase(options: argparse.Namespace, settings: Settings) -> int:
    async def erase() -> int:
        async with _opened(settings) as erasure:
            customer = await _customer(erasure, options.customer)
            await _check_nothing_open(erasure, customer, settings)
            _list(customer, await erasure.scope_of_customer(customer))
            if sys.stdin.isatty() and not options.yes:
                _ask(options.customer)
            filed = await erasure.erase_customer(customer)
            await erasure.purge()
        sys.stdout.write(filed.text)
        print(f"the receipt is kept in {filed.file}", file=sys.stderr)
        _name_copies(settings)
        # Exit code 1 tells a script that held conversations are still there.
        return 0 if not filed.receipt.held else 1

    return run(erase())


def _hold(options: argparse.Namespace, settings: Settings) -> int:
    if not options.reason.strip():
        raise Failed("REASON is empty; say why, for the next review of the hold")

    async def hold() -> int:
        async with _opened(settings) as erasure:
            state = await _find_conversation(erasure, options.conversation)
            await erasure.place_hold(state.id, options.reason)
        print(f"{state.reference} is held: {options.reason}")
        return 0

    return run(hold())


def _release(options: argparse.Namespace, settings: Settings) -> int:
    async def release() -> int:
        async with _opened(settings) as erasure:
            state = await _find_conversation(erasure, options.conversation)
            await erasure.store.remove_hold(state.id)
        print(f"{state.reference} may be erased again")
        return 0

    return run(release())


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Erasure]:
    need_database(settings)
    async with open_store(settings.data, database=settings.database) as store:
        with closing(WorkerPool()) as workers:
            services = build_services(store, settings, MemoryBus(), workers)
            yield services.archive.erasure


async def _find_conversation(erasure: Erasure, name: str) -> Conversation:
    record = await erasure.archive.transcripts.find_by_name(name)
    if record is None:
        raise Refused(Code.NOT_FOUND)
    return record.conversation


async def _customer(erasure: Erasure, name: str) -> str:
    """Return the customer's id, given the id or a reference of one of their conversations."""
    # A reference is what operators read in a ticket; an id is tried when there is no such
    # reference.
    with suppress(Refused):
        return (await _find_conversation(erasure, name)).customer.id
    if not await erasure.conversations.records_of_customer(name, 1):
        raise Failed("there is no such customer")
    return name


def _list(customer: str, scope: ErasureScope) -> None:
    """Print the numbers of what goes; standard output is for the receipt alone."""
    print(
        f"customer {customer}: erases {scope.conversations} conversations with "
        f"{scope.messages} messages, {scope.files} files, {scope.sealed} folders of the archive, "
        f"and {scope.shares} shared links",
        file=sys.stderr,
    )
    if scope.held:
        print(f"{scope.held} held conversations stay, and so does the account", file=sys.stderr)


def _ask(name: str) -> None:
    """Ask for the reference or id that the command was given; raises Failed for anything else."""
    print(
        "This cannot be undone. Type the reference to go on: ", end="", file=sys.stderr, flush=True
    )
    if parse_reference(sys.stdin.readline().strip()) != parse_reference(name):
        raise Failed("that is not what you named; nothing was erased")


async def _check_nothing_open(erasure: Erasure, customer: str, settings: Settings) -> None:
    """Raise Failed if the customer has an open conversation while a server runs."""
    records = await erasure.conversations.records_of_customer(customer, 1)
    if not records[0].conversation.is_open:
        return
    try:
        # A running server holds open conversations in memory and would not notice the erasure.
        with sole_server(settings.data):
            pass
    except BlockingIOError:
        reference = records[0].conversation.reference
        raise Failed(
            f"{reference} is open: close it first, or stop the server, which knows it"
        ) from None


def _name_copies(settings: Settings) -> None:
    """Name the copies in the data folder that still contain the erased texts for some days.

    Backups elsewhere are the operator's responsibility.
    """
    days = COPIES_KEPT_MS // DAY_MS
    for copy in list_copies(settings.data):
        print(f"has what was erased for {days} days more: {copy}", file=sys.stderr)
