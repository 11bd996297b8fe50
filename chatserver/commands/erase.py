"""`erase`, `hold`, `release`: what is forgotten, and what must not be."""

import argparse
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from chatserver.app import conversations_of, transcripts_of, wall_clock
from chatserver.bus.memory import MemoryBus
from chatserver.commands.command import Commands, Failed, need_database, run
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Code, Refused
from chatserver.core.notifications import Notification
from chatserver.keeping import archive_of, erasure_of
from chatserver.services.archive.erasure import Erasure
from chatserver.services.archive.receipt import signed
from chatserver.settings import Settings
from chatserver.store.open import DATABASE, open_store, sole_server
from chatserver.workers.pool import WorkerPool


def declare(commands: Commands) -> None:
    """Say what can be typed."""
    erase = commands.add("erase", _erase, "erase a customer and all that they wrote; a receipt")
    erase.add_argument("customer", help="the id, or a reference of one of their conversations")
    hold = commands.add("hold", _hold, "let nothing erase a conversation")
    hold.add_argument("conversation", help="id or reference")
    hold.add_argument("reason", help="why; for who looks after it")
    release = commands.add("release", _release, "let a conversation be erased again")
    release.add_argument("conversation", help="id or reference")


def _erase(options: argparse.Namespace, settings: Settings) -> int:
    async def erase() -> int:
        async with _opened(settings) as erasure:
            customer = await _customer(erasure, options.customer)
            await _check_nothing_open(erasure, customer, settings)
            receipt = await erasure.erase_customer(customer)
            key = erasure.archive.transcripts.key
        sys.stdout.write(signed(receipt, key))
        _name_copies(settings)
        return 0 if not receipt.held else 1

    return run(erase())


def _hold(options: argparse.Namespace, settings: Settings) -> int:
    async def hold() -> int:
        async with _opened(settings) as erasure:
            state = await _found(erasure, options.conversation)
            await erasure.hold(state.id, options.reason)
        print(f"{state.reference} is held: {options.reason}")
        return 0

    return run(hold())


def _release(options: argparse.Namespace, settings: Settings) -> int:
    async def release() -> int:
        async with _opened(settings) as erasure:
            state = await _found(erasure, options.conversation)
            await erasure.store.remove_hold(state.id)
        print(f"{state.reference} may be erased again")
        return 0

    return run(release())


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Erasure]:
    need_database(settings)
    bus: MemoryBus[Notification] = MemoryBus()
    async with open_store(settings.data) as store:
        transcripts = transcripts_of(store, settings)
        archive = archive_of(store, settings, transcripts, WorkerPool(), wall_clock)
        conversations = conversations_of(store, settings, bus)
        yield erasure_of(store, settings, conversations, archive, wall_clock)


async def _found(erasure: Erasure, name: str) -> Conversation:
    record = await erasure.archive.transcripts.find(name)
    if record is None:
        raise Refused(Code.NOT_FOUND)
    return record.conversation


async def _customer(erasure: Erasure, name: str) -> str:
    """The customer's id, from itself or from a conversation of theirs."""
    with suppress(Refused):
        return (await _found(erasure, name)).customer.id
    if not await erasure.conversations.of_customer(name, 1):
        raise Failed("there is no such customer")
    return name


async def _check_nothing_open(erasure: Erasure, customer: str, settings: Settings) -> None:
    records = await erasure.conversations.of_customer(customer, 1)
    if not records[0].conversation.is_open:
        return
    try:
        with sole_server(settings.data):
            pass
    except BlockingIOError:
        reference = records[0].conversation.reference
        raise Failed(
            f"{reference} is open: close it first, or stop the server, which knows it"
        ) from None


def _name_copies(settings: Settings) -> None:
    """Backups are the operator's to keep or not; these lie beside the log."""
    for copy in sorted(settings.data.glob(f"{DATABASE}.before-*")):
        print(f"still has what was erased: {copy}", file=sys.stderr)
