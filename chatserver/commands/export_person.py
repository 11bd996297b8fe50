"""`export-person`: all stored data of one customer in one ZIP (GDPR, article 15)."""

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import orjson

from chatserver.bus.memory import MemoryBus
from chatserver.commands.command import Commands, Failed, need_database, need_target, run
from chatserver.composition.archive import build_transcripts
from chatserver.composition.services import build_services
from chatserver.core.audit import AuditEntry
from chatserver.core.people import Customer
from chatserver.i18n.languages import choose_language
from chatserver.settings import Settings
from chatserver.store.open import Store, open_store
from chatserver.transcript.formats import ALL_SUFFIXES
from chatserver.transcript.reader_locale import ReaderLocale
from chatserver.workers.pool import WorkerPool

EVERYTHING = 1_000_000
"""A limit above the conversations and audit entries of any customer."""


def declare(commands: Commands) -> None:
    """Declare the command."""
    text = "export all stored data of a customer as a ZIP"
    export = commands.add("export-person", _export, text)
    export.add_argument("customer", help="the id, or a reference of one of their conversations")
    export.add_argument("file", type=Path, help="the ZIP that is written")


def _export(options: argparse.Namespace, settings: Settings) -> int:
    async def export() -> int:
        need_database(settings)
        need_target(options.file)
        async with open_store(settings.data, database=settings.database) as store:
            customer = await _customer(store, settings, options.customer)
            await _write(options.file, _all_of(store, settings, customer))
        print(f"all that is kept of {customer.name or customer.id} is in {options.file}")
        return 0

    return run(export())


async def _customer(store: Store, settings: Settings, name: str) -> Customer:
    record = await build_transcripts(store, settings).find_by_name(name)
    customer = await store.customers.find_customer(
        record.conversation.customer.id if record else name
    )
    if customer is None:
        raise Failed("there is no such customer")
    return customer


async def _all_of(store: Store, settings: Settings, customer: Customer) -> AsyncIterator[bytes]:
    reader = ReaderLocale(language=choose_language([customer.locale]))
    known = orjson.dumps(await _known(store, customer), option=orjson.OPT_INDENT_2)
    beside = {"person.json": known}
    with closing(WorkerPool()) as workers:
        services = build_services(store, settings, MemoryBus(), workers)
        async for piece in services.archive.zip_export.zip_archive(
            customer, reader, ALL_SUFFIXES, beside
        ):
            yield piece


async def _known(store: Store, customer: Customer) -> dict[str, object]:
    """Return the data beside the conversations: profile, last visit, audit entries."""
    records = await store.conversations.list_of_customer(customer.id, EVERYTHING)
    lines: dict[AuditEntry, None] = {}
    # The audit trail has entries of the customer as a whole under the empty name.
    for conversation in ("", *(record.conversation.id for record in records)):
        entries = await store.audit.list_entries(customer.id, conversation, EVERYTHING)
        lines |= dict.fromkeys(entries)
    return {
        "customer": customer,
        "visit": await store.customers.last_page_visit(customer.id),
        "conversations": [record.conversation.reference for record in records],
        "audit": sorted(lines, key=lambda entry: entry.at),
    }


async def _write(file: Path, pieces: AsyncIterator[bytes]) -> None:
    """Write the file atomically: it is complete or absent."""
    partial = file.with_name(f"{file.name}.partial")
    try:
        with partial.open("wb") as target:
            async for piece in pieces:
                target.write(piece)
            # Without fsync, a power cut after the rename could leave a complete name with no
            # content.
            target.flush()
            os.fsync(target.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
