"""Each list is declared once: what is added to the declaration is known everywhere.

The additions are made in a copy of the sources, in the files that each test names and in no other.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the package, the pages and the tests that a script may import."""
    # With its bytecode: to compile all modules anew took 1 s of CPU time.
    for folder in ("chatserver", "static"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "tests").mkdir()
    for file in ("__init__.py", "additions.py", "playbook.py"):
        shutil.copy(ROOT / "tests" / file, tmp_path / "tests")
    return tmp_path


def put(file: Path, before: str, added: str) -> None:
    """Add lines to a source, before a line that stands in it."""
    source = file.read_text(encoding="utf-8")
    assert before in source
    file.write_text(source.replace(before, added + before, 1), encoding="utf-8")


def check(sources: Path, addition: str) -> None:
    """Run the check of an addition in the copy."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.additions", addition],
        cwd=sources,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def translated(sources: Path, language: str, key: str, text: str) -> None:
    """Set one of the server's texts in a language, which is English where it is new."""
    folder = sources / "static" / "i18n"
    file = folder / f"{language}.json"
    known = file if file.exists() else folder / "en.json"
    sections = json.loads(known.read_text(encoding="utf-8"))
    sections["server"][key] = text
    file.write_text(json.dumps(sections), encoding="utf-8")


def test_a_language_is_one_file(sources: Path) -> None:
    translated(sources, "xx", "transcript.title", "Ⅹ {reference}")
    translated(sources, "xx", "error.closed", "Ⅹ closed")
    check(sources, "language")


def test_a_format_is_an_entry_and_a_module(sources: Path) -> None:
    folder = sources / "chatserver" / "transcript"
    entry = '    "ref": Format("text/x-reference", _render("reference")),\n'
    put(folder / "formats.py", '}\nZIP = "zip"\n', entry)
    (folder / "reference.py").write_text("def render(transcript, reader): return b''\n")
    check(sources, "transcript_format")


def test_a_pairing_rule_is_declared_once(sources: Path) -> None:
    declared = "    extra: int = field(default=3, metadata=_number(1, 9))\n"
    rules = sources / "chatserver" / "core" / "pairing" / "rules.py"
    for place in ("answer_within", "widen_after"):
        put(rules, f"    {place}: int | None = field(", declared)
    check(sources, "pairing_rule")


def test_a_kind_of_event_is_a_class_its_meaning_and_its_sentence(sources: Path) -> None:
    folder = sources / "chatserver" / "core" / "conversation"
    declared = "@dataclass(frozen=True, slots=True)\nclass VisitPlanned:\n    day: int\n\n\n"
    put(folder / "events.py", "Fact = (", declared)
    put(folder / "events.py", "    | Redacted\n)", "    | VisitPlanned\n")
    put(folder / "events.py", "    Redacted: frozenset(", '    VisitPlanned: frozenset({"day"}),\n')
    put(
        folder / "state.py",
        "        case Redacted():\n",
        "        case VisitPlanned():\n            return copy_with(state, **stamp)\n",
    )
    for reader in ("state.py", "redaction.py"):
        put(folder / reader, "    Transferred,\n)", "    VisitPlanned,\n")
    put(folder / "redaction.py", "            | Redacted()\n", "            | VisitPlanned()\n")
    translated(sources, "en", "transcript.event.visit_planned", "a visit is planned")
    check(sources, "event")
