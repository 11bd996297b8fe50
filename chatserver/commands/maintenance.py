"""`check`, `backup`, `restore`: maintain the data folder."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from chatserver.commands.command import Commands, Failed, need_database
from chatserver.commands.verify import known_keys
from chatserver.i18n.time_zones import use_newest_rules
from chatserver.settings import Settings
from chatserver.store.archive import ARCHIVE
from chatserver.store.maintenance import backup, check, restore
from chatserver.store.open import DATABASE
from chatserver.transcript.proof import ProofResult
from chatserver.transcript.verify_files import NotSealed, verify_path


def declare(commands: Commands) -> None:
    """Declare the commands."""
    commands.add("check", _check, "verify the whole log, and the archive with it")
    copy = commands.add("backup", _backup, "copy the log while the server runs")
    copy.add_argument("file", type=Path)
    put_back = commands.add("restore", _restore, "put a copy back, under a new epoch")
    put_back.add_argument("file", type=Path)


def _check(_: argparse.Namespace, settings: Settings) -> int:
    need_database(settings)
    finding = check(settings.data)
    faults = [*finding.faults, *_changed(settings)]
    for fault in faults:
        print(fault, file=sys.stderr)
    verdict = "all well" if not faults else f"{len(faults)} faults"
    print(f"{finding.conversations} conversations, {finding.events} events: {verdict}")
    rules = use_newest_rules()
    print(f"time zones: IANA {rules.version}, from {rules.source}")
    if rules.is_old(datetime.now(UTC).year):
        print("time zones: these rules are old; update the tzdata package", file=sys.stderr)
    return 1 if faults else 0


def _changed(settings: Settings) -> list[str]:
    """Return a fault for each folder of the archive that differs from its seal."""
    try:
        reports = verify_path(settings.data / ARCHIVE, known_keys([], settings))
    # A site that never sealed anything has no archive, which is no fault.
    except (NotSealed, FileNotFoundError):
        return []
    changed = [each for each in reports if each.verdict.finding is ProofResult.CHANGED]
    return [f"archive: {each.name}: changed: {each.verdict.where}" for each in changed]


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    need_database(settings)
    backup(settings.data, options.file)
    print(f"copied {settings.data / DATABASE} to {options.file}")
    return 0


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    try:
        restore(settings.data, options.file)
    except BlockingIOError:
        raise Failed("stop the server first: it uses the data folder") from None
    print(f"restored {options.file} under a new epoch; what was there is kept beside it")
    return 0
