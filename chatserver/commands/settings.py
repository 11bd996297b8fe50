"""`settings`: every setting with its value, unit, default and meaning."""

import argparse

from chatserver.commands.command import Commands
from chatserver.settings import SECRETS, Settings


def declare(commands: Commands) -> None:
    """Declare the command."""
    commands.add("settings", _settings, "show every setting with its unit, default and meaning")


def _settings(_: argparse.Namespace, settings: Settings) -> int:
    for name, field in Settings.model_fields.items():
        is_secret = name.endswith(SECRETS)
        value = "set" if is_secret and getattr(settings, name) else None
        shown = getattr(settings, name) if value is None else value
        print(
            f"CHATSERVER_{name.upper()} = {shown}\n    {field.description}"
            f" (default: {field.default})"
        )
    return 0
