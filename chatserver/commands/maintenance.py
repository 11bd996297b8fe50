"""`check`, `backup`, `restore`: maintain the data folder."""

import argparse
import sys
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from chatserver.bus.memory import MemoryBus
from chatserver.commands.command import Commands, Failed, need_database, need_folder, run
from chatserver.commands.verify import known_keys
from chatserver.composition.services import build_services
from chatserver.core.ledger import LedgerKind
from chatserver.i18n.time_zones import use_newest_rules
from chatserver.settings import Settings
from chatserver.store.folder.archive import ARCHIVE
from chatserver.store.inspection import check_store
from chatserver.store.maintenance.backup import BackupFailed, backup
from chatserver.store.maintenance.restore import restore
from chatserver.store.open import open_store
from chatserver.transcript.authenticity.proof import ProofResult
from chatserver.transcript.authenticity.verify_files import NotSealed, verify_path
from chatserver.transcript.authenticity.verify_folder import VerificationReport
from chatserver.workers.pool import WorkerPool

DONE_AGAIN = {
    LedgerKind.CONVERSATION: "conversations erased",
    LedgerKind.CUSTOMER: "customers erased",
    LedgerKind.KEY: "links and archive visits withdrawn",
    LedgerKind.SECRET: "sign-ins and tokens revoked",
    LedgerKind.DISMISSED: "technicians dismissed",
}
"""The sentences in which `restore` tells of changes to the backup's content."""


def declare(commands: Commands) -> None:
    """Declare the commands."""
    text = "verify the whole log, its files, the archive and the signing key"
    commands.add("check", _check, text)
    text = "copy everything into one file: database, files, archive, key; while the server runs"
    copy = commands.add("backup", _backup, text)
    copy.add_argument("file", type=Path, help="the tar file that is written")
    text = "put a backup back, whole or not at all, under a new epoch; while no server runs"
    put_back = commands.add("restore", _restore, text)
    put_back.add_argument("file", type=Path, help="a backup, or a database alone")


def _check(_: argparse.Namespace, settings: Settings) -> int:
    need_database(settings)
    finding = check_store(settings.data, settings.database)
    faults = [*finding.faults, *_archive_faults(settings)]
    for fault in faults:
        print(fault, file=sys.stderr)
    verdict = "all well" if not faults else f"{len(faults)} faults"
    print(f"{finding.conversations} conversations, {finding.events} events: {verdict}")
    if finding.is_older:
        print(
            "the folder belongs to an older version and is migrated at the first start; until then "
            "the summaries of conversations are not compared with the log",
            file=sys.stderr,
        )
    rules = use_newest_rules()
    print(f"time zones: IANA {rules.version}, from {rules.source}")
    if rules.is_old(datetime.now(UTC).year):
        print("time zones: these rules are old; update the tzdata package", file=sys.stderr)
    return 1 if faults else 0


def _archive_faults(settings: Settings) -> list[str]:
    """Return a fault for each folder of the archive that differs from its seal or has another key,
    and for what lies beside the folders.

    Every folder is signed by the key of the data folder: another one means that the key was lost.
    """
    try:
        reports = verify_path(settings.data / ARCHIVE, known_keys([], settings))
    # A site that never sealed anything has no archive, which is no fault.
    except (NotSealed, FileNotFoundError):
        return []
    return [fault for each in reports if (fault := _archive_fault(each))]


def _archive_fault(report: VerificationReport) -> str | None:
    verdict = report.verdict
    match verdict.finding:
        case ProofResult.CHANGED:
            return f"archive: {report.name}: changed: {verdict.where}"
        case ProofResult.UNKNOWN_KEY:
            return f"archive: {report.name}: signed by another key: {verdict.key}"
        # What a running server is just writing is no fault.
        case ProofResult.NOT_COVERED if not report.name.startswith(".partial/"):
            return f"archive: {report.name}: not covered by any seal"
    return None


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    need_folder(
        settings,
        "back it up with pg_dump or its archive of WAL, and the data folder by copying it",
    )
    need_database(settings)
    try:
        contents = backup(settings.data, options.file)
    except BackupFailed as error:
        raise Failed(str(error)) from None
    for file in contents.missing:
        print(f"file {file} is named by the database and not there", file=sys.stderr)
    key = "the signing key" if contents.has_key else "no signing key (there is none yet)"
    print(
        f"backed up {settings.data} to {options.file}: {contents.conversations} conversations, "
        f"{contents.files} files, {contents.sealed} sealed folders, {key}; "
        f"{contents.size_bytes:,} bytes"
    )
    return 0


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    need_folder(settings, "put it back with pg_restore; the next start begins a new epoch")
    try:
        restored = restore(settings.data, options.file)
    except BlockingIOError:
        raise Failed("stop the server first: it uses the data folder") from None
    except BackupFailed as error:
        raise Failed(str(error)) from None
    print(f"restored {options.file} under a new epoch; what was there is kept as *.before-restore")
    if restored.only_database:
        print(
            "it is a copy of the database alone: files, archive and signing key were not in it, "
            "and are as they were",
            file=sys.stderr,
        )
    elif not restored.has_key:
        print("there was no signing key in it; the key here is as it was", file=sys.stderr)
    return run(_apply_ledger(settings))


async def _apply_ledger(settings: Settings) -> int:
    """Do to what was restored what was done since its backup, and print it.

    Opening the store changes the database; here files, archive and remnants follow.
    """
    async with open_store(settings.data, database=settings.database) as store:
        with closing(WorkerPool()) as workers:
            erasure = build_services(store, settings, MemoryBus(), workers).archive.erasure
            await erasure.finish_pending()
            await erasure.purge()
    done = Counter(entry.kind for entry in store.ledger.applied)
    if done:
        names = ", ".join(
            f"{name}: {done[kind]}" for kind, name in DONE_AGAIN.items() if done[kind]
        )
        print(f"done again, because it was done after the backup: {names}")
    return 0
