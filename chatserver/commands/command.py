"""What every command is: how it is declared, run, and how it fails."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from chatserver.core.errors import ChatError, Code
from chatserver.settings import Settings
from chatserver.store.open import DATABASE

Run = Callable[[argparse.Namespace, Settings], int]


class Failed(Exception):
    """A command could not do what it was asked; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Commands:
    """Where commands are declared; `everywhere` has the options that all of them take."""

    parsers: "argparse._SubParsersAction[argparse.ArgumentParser]"
    everywhere: argparse.ArgumentParser

    def add(self, name: str, run: Run, text: str) -> argparse.ArgumentParser:
        """One more, described by `text`; its own options are added to what is returned."""
        parser = self.parsers.add_parser(
            name, parents=[self.everywhere], help=text, description=text
        )
        parser.set_defaults(command=run)
        return parser

    def group(self, name: str, text: str) -> "Commands":
        """Commands of two words that begin with `name`."""
        group = self.parsers.add_parser(name, help=text)
        actions = group.add_subparsers(required=True, metavar="ACTION")
        return Commands(actions, self.everywhere)


def run(coroutine: Coroutine[None, None, int]) -> int:
    """Do it on an event loop; raises Failed with a sentence for what is refused."""
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(coroutine)
    except ChatError as error:
        missing = error.code is Code.NOT_FOUND
        raise Failed("there is no such conversation" if missing else str(error)) from None


def need_database(settings: Settings) -> None:
    """Raises Failed where there is no log that could be read."""
    if not (settings.data / DATABASE).exists():
        raise Failed(f"there is no log in {settings.data}")


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where there is one for this platform."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
