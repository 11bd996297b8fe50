"""The newer rules of time zones are used, wherever they are."""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import tzdata

from chatserver.i18n.time_zones import TimeZoneRules, use_newest_rules

SCRIPT = """
import sys
from datetime import datetime
from zoneinfo import ZoneInfo
from chatserver.i18n.time_zones import use_newest_rules
rules = use_newest_rules((sys.argv[1],))
print(rules.version, rules.source, sep="|")
"""


def rules_in(folder: Path, first_line: str) -> list[str]:
    """Version and source of the rules that a new process uses beside such a system."""
    (folder / "tzdata.zi").write_text(f"{first_line}\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip().split("|")


def test_a_system_with_older_rules_is_passed_over(tmp_path: Path) -> None:
    assert rules_in(tmp_path, "# version 2025b") == [tzdata.IANA_VERSION, "the tzdata package"]


def test_a_system_with_newer_rules_is_used(tmp_path: Path) -> None:
    assert rules_in(tmp_path, "# version 2099a") == ["2099a", str(tmp_path)]


def test_a_system_that_does_not_say_its_version_is_passed_over(tmp_path: Path) -> None:
    assert rules_in(tmp_path, "R A 1916 o") == [tzdata.IANA_VERSION, "the tzdata package"]


def test_zones_follow_the_rules_of_2026() -> None:
    use_newest_rules()
    # Since 2026f, Alberta and Manitoba stay on summer time; see the release's NEWS.
    for name, hours in (("America/Edmonton", -6), ("America/Winnipeg", -5)):
        offset = datetime(2026, 12, 15, tzinfo=ZoneInfo(name)).utcoffset()
        assert offset == timedelta(hours=hours), name


def test_rules_are_old_when_more_than_a_year_has_passed() -> None:
    rules = TimeZoneRules("2026f", "somewhere")
    assert [rules.is_old(year) for year in (2026, 2027, 2028)] == [False, False, True]
