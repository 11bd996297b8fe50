"""Declaring and running commands, and reporting their failures."""

import argparse
import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

from chatserver.core.errors import ChatError, Code
from chatserver.protocol.error_messages import message_for
from chatserver.settings import Settings
from chatserver.store.engine.connection import DATABASE, MOVED_AWAY
from chatserver.store.folder.lock import sole_server
from chatserver.store.folder.pending_restore import READY

Run = Callable[[argparse.Namespace, Settings], int]


class Failed(Exception):
    """The command failed; the message is shown to the operator."""


@dataclass(frozen=True, slots=True)
class Commands:
    """The parser of commands; `everywhere` has the options that all commands take."""

    parsers: "argparse._SubParsersAction[argparse.ArgumentParser]"
    everywhere: argparse.ArgumentParser

    def add(self, name: str, run: Run, text: str) -> argparse.ArgumentParser:
        """Add a command described by `text`, and return its parser for its own options."""
        parser = self.parsers.add_parser(
            name, parents=[self.everywhere], help=text, description=text
        )
        parser.set_defaults(command=run)
        return parser

    def group(self, name: str, text: str) -> "Commands":
        """Add a group of commands of two words, the first of which is `name`."""
        group = self.parsers.add_parser(name, help=text)
        actions = group.add_subparsers(required=True, metavar="ACTION")
        return Commands(actions, self.everywhere)


def run(coroutine: Coroutine[None, None, int]) -> int:
    """Run a command's coroutine on an event loop and return its exit code.

    Raises Failed with a sentence for the operator if the command is refused.
    """
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(coroutine)
    except ChatError as error:
        raise Failed(_sentence(error)) from None


def need_database(settings: Settings) -> None:
    """Raise Failed if the data folder has no log, and is to have it."""
    if settings.database is not None or (settings.data / DATABASE).exists():
        return
    if (settings.data / MOVED_AWAY).exists():
        raise Failed(f"the log of {settings.data} is in PostgreSQL; name it by CHATSERVER_DATABASE")
    raise Failed(f"there is no log in {settings.data}; name the data folder with --data")


def need_folder(settings: Settings, instead: str) -> None:
    """Raise Failed with what to use `instead` of the command if the log is in PostgreSQL."""
    if settings.database is not None:
        raise Failed(f"the log is in PostgreSQL (CHATSERVER_DATABASE): {instead}")


def need_number(option: str, value: float, least: int) -> None:
    """Raise Failed for a number that is too small, or is none."""
    if not (least <= value < math.inf):
        raise Failed(f"{option} {value}: expected {least} or more")


def need_target(file: Path) -> None:
    """Raise Failed if a file of this name cannot be written."""
    if file.is_dir():
        raise Failed(f"{file} is a folder; name the file to write")
    if not file.absolute().parent.is_dir():
        raise Failed(f"there is no folder {file.absolute().parent}; make it first")


def _sentence(error: ChatError) -> str:
    match error.code:
        case Code.NOT_FOUND:
            return "there is no such conversation"
        case Code.UNAVAILABLE:
            return (
                "the database cannot be read or written: it is damaged, locked or another user's; "
                "`check` says what is wrong, `restore` puts a backup in its place"
            )
        case _:
            return message_for(error.code, None)


def finish_interrupted_restore(settings: Settings) -> None:
    """Put a backup in place whose restore was cut off, before a command reads the data folder.

    Raises Failed while the restore is running.
    """
    if not (settings.data / READY).exists():
        return
    try:
        with sole_server(settings.data):
            pass
    except BlockingIOError:
        raise Failed(f"a backup is being restored into {settings.data}; try again later") from None


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's event loop, or None where uvloop is not available (Windows)."""
    try:
        # Imported late: commands that never start an event loop need not load it.
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
