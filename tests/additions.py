"""Checks that the sources know an addition: run by tests/test_lists.py in a copy of the sources.

`python -m tests.additions NAME` fails with a traceback where the addition is not known.
"""

import sys
from pathlib import Path

from pydantic import ValidationError

from chatserver.cli import _parser
from chatserver.core.conversation.events import Event
from chatserver.core.conversation.redaction import redact
from chatserver.core.conversation.state import evolve
from chatserver.core.errors import Code, Refused
from chatserver.core.pairing.rules import PairingRules, TopicRules, rule_bounds
from chatserver.i18n.languages import choose_language, languages, texts_in
from chatserver.protocol.error_messages import error_fields
from chatserver.protocol.event_json import event_fields, read_fact
from chatserver.transcript import text
from chatserver.transcript.document import Transcript
from chatserver.transcript.formats import ARCHIVE_ZIP_SUFFIXES, DOWNLOADS, known_format
from chatserver.transcript.reader_locale import ReaderLocale
from chatserver.web.admin_schemas import ChosenPairing, ChosenWidget
from chatserver.web.mail import SendTranscriptForm
from chatserver.web.openapi.parameters import PATH_PARTS
from chatserver.web.openapi.routes import TRANSCRIPT
from chatserver.web.static import Assets
from tests.playbook import ANN, OPENING, Play


def language() -> None:
    """Check the language `xx`, which is English but for two texts that begin with Ⅹ."""
    assert "xx" in languages()
    assert choose_language(["xx-YY", "en"]) == "xx"
    assert ReaderLocale(language="xx").say("title", reference="K7F3") == "Ⅹ K7F3"
    said = error_fields(Refused(Code.CLOSED), "xx")["message"]
    assert said == texts_in("xx").say("error.closed") == "Ⅹ closed"
    widget = ChosenWidget(accent="#000000", position="left", language="xx")
    assert widget.language in ChosenWidget.model_json_schema()["properties"]["language"]["enum"]
    files = Assets.load(Path("static")).files
    assert "i18n/xx/widget.json" in files
    assert b' xx"' in files["widget/widget.html"].body
    assert "i18n/xx/server.json" not in files


def transcript_format() -> None:
    """Check the format `ref`, the last of the list."""
    assert known_format("ref") == "ref"
    assert "ref" in DOWNLOADS
    assert "ref" in ARCHIVE_ZIP_SUFFIXES
    assert PATH_PARTS["format"][1]["enum"] == list(DOWNLOADS)
    assert "text/x-reference" in TRANSCRIPT.media
    assert "ref" in SendTranscriptForm.model_json_schema()["properties"]["format"]["enum"]
    typed = ["transcript", "K7F3", "--format", "ref"]
    assert _parser("transcript").parse_args(typed).format == "ref"
    files = Assets.load(Path("static")).files
    for page in ("widget/widget.html", "archive/archive.html", "console/console.html"):
        assert b" ref zip" in files[page].body


def pairing_rule() -> None:
    """Check the rule `extra` of the site and of a topic, 3 by default, from 1 to 9."""
    for rules in (PairingRules, TopicRules):
        bounds = rule_bounds(rules)["extra"]
        assert (bounds.most, bounds.default) == (9, 3)
    assert chosen_extras({}) == (3, 3)
    assert chosen_extras({"extra": 4, "topics": {"dsl": {"extra": 5}}}) == (4, 5)
    for beyond in ({"extra": 10}, {"topics": {"dsl": {"extra": 10}}}):
        try:
            ChosenPairing.model_validate(beyond)
        except ValidationError:
            continue
        raise AssertionError("a rule beyond its bounds was accepted")


def chosen_extras(posted: dict[str, object]) -> tuple[object, object]:
    """Return the rule `extra` of the site and of the topic `dsl`."""
    rules = ChosenPairing.model_validate(posted).rules
    return getattr(rules, "extra", None), getattr(rules.for_topic("dsl"), "extra", None)


def event() -> None:
    """Check the event kind `visit_planned`, which has a `day`."""
    play = Play().given((ANN, OPENING))
    assert play.state is not None
    seq, fact = play.state.seq, read_fact("visit_planned", {"day": 5})
    planned = Event("c1", seq + 1, play.now, ANN.author, fact=fact, prev=seq)
    assert planned.kind == "visit_planned"
    assert event_fields(planned, internal=False)["day"] == 5
    state = evolve(play.state, planned)
    assert state.seq == planned.seq
    assert redact(planned).fact == fact
    transcript = Transcript.edition(state, [*play.events, planned], "epoch", internal=False)
    assert "Ann (customer): a visit is planned" in text.render(transcript).decode()


if __name__ == "__main__":
    checks = {each.__name__: each for each in (language, transcript_format, pairing_rule, event)}
    checks[sys.argv[1]]()
