"""The rules of time zones: the newer of the system's and those of the `tzdata` package.

Python's `zoneinfo` prefers the system's files whatever their age. With Debian 12's 2025b, Winnipeg,
Edmonton, Vancouver and Casablanca are an hour off from December 2026 on (IANA 2026f).
"""

import zoneinfo
from dataclasses import dataclass
from pathlib import Path

import tzdata

YEARS = 1
"""Calendar years after which rules are old: about six versions come out in each."""


@dataclass(frozen=True, slots=True)
class TimeZoneRules:
    """The rules in force: an IANA version such as `2026f`, and where they come from."""

    version: str
    source: str

    def is_old(self, year: int) -> bool:
        """Return True if newer rules are sure to exist in this year (UTC)."""
        return int(self.version[:4]) < year - YEARS


def use_newest_rules(folders: tuple[str, ...] = zoneinfo.TZPATH) -> TimeZoneRules:
    """Let the whole process use the newer of the system's rules and the package's.

    `folders` are where the system may keep its rules. Called before any zone is looked up, in the
    server and in its worker: a zone that was looked up keeps its rules.
    """
    own = TimeZoneRules(tzdata.IANA_VERSION, "the tzdata package")
    system = next(filter(None, map(_read_version, map(Path, folders))), None)
    if system is not None and system.version >= own.version:
        return system
    zoneinfo.reset_tzpath(())
    return own


def _read_version(folder: Path) -> TimeZoneRules | None:
    """Return the version that a folder of compiled rules says it has, None where it says none."""
    try:
        with (folder / "tzdata.zi").open(encoding="utf-8") as source:
            # The file begins with "# version 2026f".
            version = source.readline().removeprefix("# version").strip()
    except OSError:
        return None
    return TimeZoneRules(version, str(folder)) if version[:4].isdecimal() else None
