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
LANGUAGE = """
from pathlib import Path
from chatserver.i18n.languages import choose_language, languages, texts_in
from chatserver.protocol.error_messages import error_fields
from chatserver.core.errors import Code, Refused
from chatserver.transcript.reader_locale import ReaderLocale
from chatserver.web.admin_schemas import ChosenWidget
from chatserver.web.static import Assets

assert "xx" in languages()
assert choose_language(["xx-YY", "en"]) == "xx"
assert ReaderLocale(language="xx").say("title", reference="K7F3") == "Ⅹ K7F3"
said = error_fields(Refused(Code.CLOSED), "xx")["message"]
assert said == texts_in("xx").say("error.closed") == "Ⅹ closed"
assert ChosenWidget(accent="#000000", position="left", language="xx").language == "xx"
assert "xx" in ChosenWidget.model_json_schema()["properties"]["language"]["enum"]
files = Assets.read(Path("static")).files
assert "i18n/xx/widget.json" in files
assert b" xx" in files["widget/widget.html"].body
assert not [name for name in files if name.startswith("i18n/xx/server")]
"""
FORMAT = """
from pathlib import Path
from chatserver.cli import _parser
from chatserver.transcript.formats import DOWNLOADS, QUICK, known_format
from chatserver.web.mail import SendTranscriptForm
from chatserver.web.openapi.parameters import PATH_PARTS
from chatserver.web.openapi.routes import TRANSCRIPT
from chatserver.web.static import Assets

assert known_format("ref") == "ref"
assert "ref" in DOWNLOADS and "ref" in QUICK
assert "ref" in PATH_PARTS["format"][1]["enum"]
assert "text/x-reference" in TRANSCRIPT.media
assert "ref" in SendTranscriptForm.model_json_schema()["properties"]["format"]["enum"]
assert _parser("transcript").parse_args(["transcript", "K7F3", "--format", "ref"]).format == "ref"
pages = Assets.read(Path("static")).files
assert b" ref zip" in pages["widget/widget.html"].body
assert b" ref zip" in pages["console/console.html"].body
"""
RULE = """
from chatserver.core.pairing.rules import PairingRules, rule_bounds
from chatserver.web.admin_schemas import ChosenPairing

assert rule_bounds(PairingRules)["extra"].most == 9
assert ChosenPairing.model_validate({"extra": 4}).policy.extra == 4
assert ChosenPairing().policy.extra == 3
try:
    ChosenPairing.model_validate({"extra": 10})
except ValueError:
    print("refused")
"""
EVENT = """
from chatserver.core.conversation.events import KINDS, Event, VisitPlanned
from chatserver.core.conversation.state import evolve
from chatserver.protocol.event_json import event_fields, read_fact
from chatserver.transcript import text
from chatserver.transcript.document import Transcript
from tests.playbook import ANN, OPENING, Play

play = Play().given((ANN, OPENING))
event = Event("c1", play.state.seq + 1, play.now, ANN.author, VisitPlanned(5), play.state.seq)
assert event.kind == "visit_planned"
assert event_fields(event, internal=False)["day"] == 5
assert read_fact("visit_planned", {"day": 5}) == event.fact
state = evolve(play.state, event)
assert state.seq == event.seq
transcript = Transcript.edition(state, [*play.events, event], "epoch", internal=False)
assert "Ann (customer): a visit is planned" in text.render(transcript).decode()
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the package, the pages and the tests that a script may import."""
    without = shutil.ignore_patterns("__pycache__")
    for folder in ("chatserver", "static"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=without)
    (tmp_path / "tests").mkdir()
    for file in ("__init__.py", "playbook.py"):
        shutil.copy(ROOT / "tests" / file, tmp_path / "tests")
    return tmp_path


def put(file: Path, before: str, added: str) -> None:
    """Add lines to a source, before a line that stands in it."""
    source = file.read_text(encoding="utf-8")
    assert before in source
    file.write_text(source.replace(before, added + before, 1), encoding="utf-8")


def runs(sources: Path, script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=sources, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


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
    runs(sources, LANGUAGE)


def test_a_format_is_an_entry_and_a_module(sources: Path) -> None:
    folder = sources / "chatserver" / "transcript"
    entry = '    "ref": Format("text/x-reference", _render("reference")),\n'
    put(folder / "formats.py", '}\nZIP = "zip"\n', entry)
    (folder / "reference.py").write_text("def render(transcript, reader): return b''\n")
    runs(sources, FORMAT)


def test_a_pairing_rule_is_declared_once(sources: Path) -> None:
    declared = "    extra: int = field(default=3, metadata=_number(1, 9))\n"
    put(
        sources / "chatserver" / "core" / "pairing" / "rules.py",
        "    answer_within: int | None = field(",
        declared,
    )
    assert runs(sources, RULE) == "refused\n"


def test_a_kind_of_event_is_a_class_its_meaning_and_its_sentence(sources: Path) -> None:
    folder = sources / "chatserver" / "core" / "conversation"
    declared = "@dataclass(frozen=True, slots=True)\nclass VisitPlanned:\n    day: int\n\n\n"
    put(folder / "events.py", "Fact = (", declared)
    put(folder / "events.py", "    | Redacted\n)", "    | VisitPlanned\n")
    put(
        folder / "state.py",
        "        case Redacted():\n",
        "        case VisitPlanned():\n            return replace(state, **stamp)\n",
    )
    put(folder / "state.py", "    Transferred,\n)", "    VisitPlanned,\n")
    translated(sources, "en", "transcript.event.visit_planned", "a visit is planned")
    runs(sources, EVENT)
