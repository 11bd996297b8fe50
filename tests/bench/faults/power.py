"""Lose power at any time: reopen the surviving data folder and compare it with the records."""

import asyncio
import hashlib
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.folder.files import FILES
from chatserver.store.folder.signing_key import site_key
from chatserver.store.open import open_store
from chatserver.transcript.authenticity.proof import ProofResult
from chatserver.transcript.authenticity.verify_files import NotSealed, verify_path
from tests.bench.faults.disk import Disk, choose_cuts, read_record
from tests.bench.faults.finding import FaultReport
from tests.bench.faults.load_clients import LoadProfile, load_clients
from tests.bench.faults.records import Records, verdict
from tests.bench.faults.server import serve_on_faulty_machine

SURVIVAL = (0.0, 0.5, 1.0)
"""Probabilities with which unflushed data survives, one for each loss."""

PROFILE = LoadProfile(customers=6, messages=6, file=3, pause_s=0.02)


async def lose_power_repeatedly(
    folder: Path, times: int, messages: int, chance: random.Random
) -> FaultReport:
    """Record the disk changes of a server under load, and lose power `times` times.

    Each time the store must open, `check` must pass, and everything acknowledged before must be
    there: messages, files, and every archive folder that the log marks as sealed.
    """
    finding = FaultReport("loss of power", times)
    async with serve_on_faulty_machine(folder, recording=True, archive_after_s=0) as server:
        async with load_clients(server, PROFILE) as clients:
            await clients.acknowledged(messages)
        record = server.machine.record
        await server.kill()
    records, disk = clients.records, Disk(str(folder / "data"))
    changes = await asyncio.to_thread(lambda: list(read_record(record)))
    at = iter(choose_cuts((change.at for change in changes), times, chance))
    cut = next(at)
    for change in changes:
        disk.apply(change)
        # The replay continues after each loss, so 200 losses need one recording and one replay.
        if change.at == cut:
            place = folder / "found"
            await asyncio.to_thread(_write_disk_after_loss, disk, place, chance)
            await _check_after_loss(place, records, cut, finding)
            cut = next(at, 0)
    return finding


def _write_disk_after_loss(disk: Disk, place: Path, chance: random.Random) -> None:
    shutil.rmtree(place, ignore_errors=True)
    share = chance.choice(SURVIVAL)
    disk.lose_power(place, lambda: chance.random() < share)


async def _check_after_loss(place: Path, records: Records, cut: int, finding: FaultReport) -> None:
    try:
        async with open_store(place):
            pass
        await asyncio.to_thread(site_key, place)
        found = await asyncio.to_thread(verdict, place, records, cut)
        missing = await asyncio.to_thread(lambda: list(_missing(place, records, cut)))
    except (OSError, sqlite3.Error, ValueError) as error:
        finding.faults.append(f"at {cut}: does not open: {error!r}")
        return
    found.faults += missing
    found.faults = [f"at {cut}: {fault}" for fault in found.faults]
    finding.judge(found)


def _missing(place: Path, records: Records, cut: int) -> Iterator[str]:
    """Yield a fault for each file or sealed folder that is missing or incomplete."""
    for each in records.uploaded:
        content = place / FILES / each.file[-2:] / each.file
        if each.mark <= cut and not (content.exists() and content.read_bytes() == each.content):
            yield f"file {each.file} is missing or not whole"
    with closing(open_database(place / DATABASE, readonly=True)) as database:
        for file, digest in database.execute("SELECT id, sha256 FROM files"):
            content = place / FILES / file[-2:] / file
            if not content.exists() or hashlib.sha256(content.read_bytes()).digest() != digest:
                yield f"file {file} is in the log and not whole on disk"
        sealed = [
            reference
            for (reference,) in database.execute(
                "SELECT reference FROM conversations WHERE sealed > 0"
            )
        ]
    archive = place / "archive"
    there = {folder.name for folder in archive.glob("[0-9]*/*/*/*")}
    yield from (f"sealed {each} is not in the archive" for each in sealed if each not in there)
    if there:
        yield from _broken(archive, site_key(place).public)


def _broken(archive: Path, key: str) -> Iterator[str]:
    try:
        reports = verify_path(archive, frozenset({key}))
    except NotSealed as error:
        yield f"archive: {error}"
        return
    for report in reports:
        # What was being written when the power was lost is no part of the archive.
        unfinished = report.name.startswith(".partial/")
        whole = report.verdict.finding in (ProofResult.GENUINE, ProofResult.UNCHANGED)
        if not unfinished and not whole:
            yield f"archive: {report}"
