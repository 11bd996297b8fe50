"""Loading the settings from TOML and the environment, and refusing names that are no settings."""

import os
import re
import tomllib
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from chatserver.i18n.time_zones import use_newest_rules
from chatserver.settings import PREFIX, Settings


class UnknownSettings(ValueError):
    """A variable or a name in the settings file is no setting; the message has all of them."""


def load_settings(config: Path | None, **given: object) -> Settings:
    """Load the settings; values `given` by the command line win unless they are None.

    Raises pydantic.ValidationError for invalid values, UnknownSettings for names that are no
    settings, ValueError for a settings file that cannot be read.
    """
    # Before anything looks up a zone: the settings do, and every command begins with them.
    use_newest_rules()
    _check_names(config)
    chosen = {name: value for name, value in given.items() if value is not None}
    return _settings_of(config)(**chosen)


@cache
def _settings_of(config: Path | None) -> Callable[..., Settings]:
    """Return a subclass for each settings file: pydantic reads the path from the class.

    Two servers in one process may have different files. Making a class takes 15 ms.
    """
    return type("Settings", (Settings,), {"config_file": config, "__doc__": Settings.__doc__})


def read_config(config: Path) -> dict[str, object]:
    """Return the content of a settings file; raises ValueError with a sentence."""
    if not config.is_file():
        raise ValueError(f"there is no file {config}; --config names a TOML file of settings")
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at (line \d+), (column \d+)", str(error))
        where = f"{config}:{place[1]}, {place[2]}" if place else str(config)
        raise ValueError(
            f"{where.replace(':line', ': line')}: this is not TOML; "
            "a setting is written as name = value, and a text in quotation marks"
        ) from None
    except UnicodeDecodeError:
        raise ValueError(f"{config} is not UTF-8; it must be a TOML file of settings") from None


def _check_names(config: Path | None) -> None:
    """Raise UnknownSettings for names of which nothing would ever be read."""
    known = Settings.model_fields
    unknown = [
        _unknown(name, [f"{PREFIX}{each.upper()}" for each in known])
        for name in sorted(os.environ)
        if name.upper().startswith(PREFIX) and name[len(PREFIX) :].lower() not in known
    ]
    if config is not None:
        unknown += [
            f"{config}: {_unknown(name, list(known))} (CHATSERVER_{name.upper()})"
            for name in read_config(config)
            if name not in known
        ]
    if unknown:
        raise UnknownSettings("\n".join(unknown))


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else "`settings` prints all that there are"
    return f"there is no setting {name}; {hint}"
