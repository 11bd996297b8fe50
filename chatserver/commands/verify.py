"""`verify`: check if a transcript, ZIP or folder was issued by this site, unchanged."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from chatserver.commands.command import Commands, Failed
from chatserver.settings import Settings
from chatserver.store.folder.signing_key import PUBLIC_KEY_FILE
from chatserver.store.inspection import issued_reports
from chatserver.transcript.authenticity.proof import ProofResult
from chatserver.transcript.authenticity.seal import read_public_key
from chatserver.transcript.authenticity.verify_files import NotSealed, verify_path
from chatserver.transcript.authenticity.verify_folder import VerificationReport

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
    """Return 0 for genuine, 1 for changed, uncovered or unsealed, 3 for an unknown key."""
    try:
        reports = verify_path(options.path, known_keys(options.key, settings))
    except NotSealed as error:
        # Text, Markdown, HTML and PDF bear no seal, but the server keeps the SHA-256 of each one
        # issued.
        reports = [*_issued_files(options.path, settings)]
        if not reports:
            raise Failed(f"{options.path}: {error}") from None
    for report in reports:
        is_genuine = report.verdict.finding is ProofResult.GENUINE
        print(_report_line(report), file=sys.stdout if is_genuine else sys.stderr)
    findings = {report.verdict.finding for report in reports}
    if findings & {ProofResult.CHANGED, ProofResult.NOT_COVERED}:
        return CHANGED
    return UNKNOWN_KEY if ProofResult.UNKNOWN_KEY in findings else 0


def _issued_files(path: Path, settings: Settings) -> Sequence[VerificationReport]:
    """Return a report if this exact file, without a seal, was issued from the store."""
    if not path.is_file():
        return []
    content = path.read_bytes()
    return issued_reports(settings.data, settings.database, path.name, content=content)


def known_keys(files: list[Path], settings: Settings) -> frozenset[str]:
    """Return the public keys in `files` (PEM), or else the key of the data folder if it has one."""
    own = settings.data / PUBLIC_KEY_FILE
    trusted = files or ([own] if own.exists() else [])
    return frozenset(_public_key(file) for file in trusted)


def _public_key(file: Path) -> str:
    try:
        return read_public_key(file.read_bytes())
    except ValueError as error:
        raise Failed(f"{file}: {error}") from None


def _report_line(report: VerificationReport) -> str:
    verdict = report.verdict
    name, where = _printable(report.name), _printable(verdict.where or "")
    match verdict.finding:
        case ProofResult.CHANGED:
            return f"{name}: CHANGED: {where}"
        case ProofResult.NOT_COVERED:
            return f"{name}: NOT COVERED by any seal" + (f" ({where})" if where else "")
        case ProofResult.UNKNOWN_KEY:
            return f"{name}: whole, but signed by an unknown key: {verdict.key}"
        case ProofResult.UNCHANGED:
            return f"{name}: as it was sealed ({_about(report)}), but not all that was given is"
        case ProofResult.GENUINE if report.entries is None:
            return f"{name}: genuine, as it was given out ({report.reference})"
        case ProofResult.GENUINE:
            return f"{name}: genuine ({_about(report)})"


def _about(report: VerificationReport) -> str:
    at = datetime.fromtimestamp((report.at or 0) / 1_000, UTC)
    sealed = f"{report.reference}, {report.entries} entries"
    if report.reference is None:
        sealed = f"the index and all that lies beside {report.entries} conversations"
    return f"{sealed}, signed {at:%Y-%m-%d %H:%M:%S} UTC"


def _printable(text: str) -> str:
    """Return a text whose characters cannot move the cursor, break the line or turn its order."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
