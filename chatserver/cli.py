"""The command line: `python run.py`, `python -m chatserver` and `chatserver` all end up here.

Each module of `chatserver/commands/` declares and runs its own commands.
"""

import argparse
import os
import sqlite3
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsError

from chatserver import __version__, logs
from chatserver.commands.command import Commands, Failed, Run, finish_interrupted_restore
from chatserver.commands.complaints import (
    settings_complaints,
    system_complaint,
    unreadable_setting,
)
from chatserver.settings_file import load_settings
from chatserver.store.engine.refusals import StoreRefused
from chatserver.store.folder.permissions import OTHERS

MODULES = {
    "serve": "serve",
    "technician": "technician",
    "transcript": "transcript",
    "verify": "verify",
    "erase": "erase",
    "hold": "erase",
    "release": "erase",
    "export-person": "export_person",
    "import": "import_log",
    "check": "maintenance",
    "backup": "maintenance",
    "restore": "maintenance",
    "move": "move",
    "replay": "replay",
    "pairing": "pairing",
    "simulate": "simulate",
    "settings": "settings",
    "status": "status",
    "read-mail": "read_mail",
    "docs": "docs",
}
"""The module in which each command is declared, in the order of `--help`.

Only the module of the command in question is imported: a server starts a third of a second sooner
without the libraries of `replay` and `simulate`.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 stands for success and 1 for failure; `verify` returns 3 for an unknown key. Raises SystemExit
    for wrong arguments (2), for `--help` and for `--version`.
    """
    words = _with_default(sys.argv[1:] if arguments is None else arguments)
    options = _parser(words[0]).parse_args(words)
    # Everything that is written has customers' words in it: no other user of the machine reads it.
    os.umask(OTHERS)
    try:
        given = {name: getattr(options, name, None) for name in ("data", "host", "port")}
        settings = load_settings(options.config, **given)
        logs.configure(settings.log_level)
        finish_interrupted_restore(settings)
        command: Run = options.command
        return command(options, settings)
    except (Failed, StoreRefused, OSError, sqlite3.Error, ValueError) as error:
        return _fail(_sentence(error, options.config))


def _parser(command: str) -> argparse.ArgumentParser:
    """Make the parser of one command, or of all where this is none of them, for the help."""
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--data", type=Path, help="folder of all data (default: transcripts)")
    everywhere.add_argument("--config", type=Path, help="TOML file of settings")
    parser = argparse.ArgumentParser(prog="chatserver", description="The support chat server.")
    parser.add_argument("--version", action="version", version=f"chatserver {__version__}")
    commands = Commands(parser.add_subparsers(required=True, metavar="COMMAND"), everywhere)
    modules = [MODULES[command]] if command in MODULES else dict.fromkeys(MODULES.values())
    for name in modules:
        declare: Callable[[Commands], None] = import_module(f"chatserver.commands.{name}").declare
        declare(commands)
    return parser


def _with_default(arguments: list[str]) -> list[str]:
    """Put `serve` in front where no command is named."""
    first = arguments[:1]
    is_named = bool(first) and not first[0].startswith("-")
    return (
        arguments
        if is_named or first in (["-h"], ["--help"], ["--version"])
        else [
            "serve",
            *arguments,
        ]
    )


def _sentence(error: Exception, config: Path | None) -> str:
    """Return what to tell the operator, in words that name no library and no number of an error."""
    match error:
        case ValidationError():
            return "\n".join(settings_complaints(error, config))
        case SettingsError():
            return unreadable_setting(error)
        case sqlite3.DatabaseError() if not isinstance(error, sqlite3.OperationalError):
            return "the database is damaged, or is none; `restore` puts a backup in its place"
        case sqlite3.Error():
            return "the database cannot be opened or written; is the disk full, or another's?"
        case OSError():
            return system_complaint(error)
        case _:
            return str(error)


def _fail(message: str) -> int:
    print(f"chatserver: {message}", file=sys.stderr)
    return 1
