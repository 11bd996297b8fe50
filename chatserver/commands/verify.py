"""`verify`: check if a transcript, ZIP or folder was issued by this site, unchanged."""

import argparse
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from chatserver.commands.command import Commands, Failed
from chatserver.settings import Settings
from chatserver.store.engine.connection import DATABASE, open_database
from chatserver.store.folder.signing_key import PUBLIC
from chatserver.store.tables.audit import find_issued_report
from chatserver.transcript.proof import ProofResult
from chatserver.transcript.seal import read_public_key
from chatserver.transcript.verify_files import NotSealed, verify_path
from chatserver.transcript.verify_folder import VerificationReport

CHANGED = 1
UNKNOWN_KEY = 3
"""The exit code for a foreign signature; argparse uses 2 for wrong options."""


def declare(commands: Commands) -> None:
    """Declare the command."""
    check = commands.add(
        "verify", _verify, "check if a transcript, ZIP or archive folder is genuine"
    )
    check.add_argument("path", type=Path, help="transcript.json, a ZIP, or a folder")
    check.add_argument(
        "--key",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="public key (PEM) to trust, repeatable (default: that of the data folder)",
    )


def _verify(options: argparse.Namespace, settings: Settings) -> int:
    """Return 0 for genuine, 1 for changed or unsealed, 3 for a signature by an unknown key."""
    try:
        reports = verify_path(options.path, known_keys(options.key, settings))
    except NotSealed as error:
        # Text, Markdown, HTML and PDF bear no seal, but the server keeps the SHA-256 of each one
        # issued.
        reports = _issued_files(options.path, settings)
        if not reports:
            raise Failed(f"{options.path}: {error}") from None
    for report in reports:
        is_genuine = report.verdict.finding is ProofResult.GENUINE
        print(_report_line(report), file=sys.stdout if is_genuine else sys.stderr)
    findings = {report.verdict.finding for report in reports}
    if ProofResult.CHANGED in findings:
        return CHANGED
    return UNKNOWN_KEY if ProofResult.UNKNOWN_KEY in findings else 0


def _issued_files(path: Path, settings: Settings) -> list[VerificationReport]:
    """Return a report if this exact file, without a seal, was issued from the data folder."""
    if path.is_dir() or not (settings.data / DATABASE).exists():
        return []
    with closing(open_database(settings.data / DATABASE, readonly=True)) as database:
        return find_issued_report(database, path.name, path.read_bytes())


def known_keys(files: list[Path], settings: Settings) -> frozenset[str]:
    """Return the public keys in `files` (PEM), or else the key of the data folder if it has one."""
    own = settings.data / PUBLIC
    trusted = files or ([own] if own.exists() else [])
    return frozenset(_public_key(file) for file in trusted)


def _public_key(file: Path) -> str:
    try:
        return read_public_key(file.read_bytes())
    except ValueError as error:
        raise Failed(f"{file}: {error}") from None


def _report_line(report: VerificationReport) -> str:
    verdict = report.verdict
    match verdict.finding:
        case ProofResult.CHANGED:
            return f"{report.name}: CHANGED: {verdict.where}"
        case ProofResult.UNKNOWN_KEY:
            return f"{report.name}: whole, but signed by an unknown key: {verdict.key}"
        case ProofResult.GENUINE if report.entries is None:
            return f"{report.name}: genuine, as it was given out ({report.reference})"
        case ProofResult.GENUINE:
            at = datetime.fromtimestamp((report.at or 0) / 1_000, UTC)
            about = f"{report.reference}, {report.entries} entries"
            return f"{report.name}: genuine ({about}, signed {at:%Y-%m-%d %H:%M:%S} UTC)"
