"""`index.html` of a ZIP: lists and searches its conversations without a network or a server.

It is a single file. The texts are embedded as data that the script shows as text only, and the
page's Content-Security-Policy allows no other script.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

import orjson

from chatserver.core.conversation.events import Message
from chatserver.core.conversation.text_rules import unify_line_ends
from chatserver.core.customer_archive import ConversationLabel
from chatserver.transcript.document import Transcript
from chatserver.transcript.entries import author_name
from chatserver.transcript.reader_locale import ReaderLocale

BEGINNING = b"["
BETWEEN = b",\n"
END = b"]"
_DATA = "{{data}}"
_SCRIPT = "{{script}}"
_HASH = "{{hash}}"
_WORDS = "{{words}}"
_LANGUAGE = "{{language}}"
_DIRECTION = "{{direction}}"


@dataclass(frozen=True, slots=True)
class IndexFrame:
    """The parts of the page before and after the data."""

    before: bytes
    after: bytes


@cache
def page_frame(reader: ReaderLocale) -> IndexFrame:
    """Return the page around the data, built once per process and language."""
    folder = files("chatserver.transcript")
    script = folder.joinpath("contents.js").read_text(encoding="utf-8")
    page = folder.joinpath("contents.html").read_text(encoding="utf-8")
    allowed = b64encode(sha256(script.encode()).digest()).decode()
    words = _embedded(reader.texts.under("zip.")).decode()
    filled = {
        _LANGUAGE: reader.language,
        _DIRECTION: reader.say("direction"),
        _HASH: allowed,
        _WORDS: words,
        _SCRIPT: script,
    }
    for gap, value in filled.items():
        page = page.replace(gap, value)
    before, _, after = page.partition(_DATA)
    return IndexFrame(before.encode(), after.encode())


def index_entry(
    transcript: Transcript, label: ConversationLabel, folder: str, reader: ReaderLocale
) -> bytes:
    """Return one conversation as JSON, its authors named in the reader's language."""
    state = transcript.conversation
    fields = {
        "folder": folder,
        "reference": state.reference,
        "title": label.title,
        "tags": label.tags,
        "archived": label.archived_at is not None,
        "topic": transcript.topic_name(state.topic),
        "subject": state.subject,
        "opened": state.opened_at,
        "closed": state.closed_at,
        "said": [
            f"{author_name(event.author, reader)}: {unify_line_ends(event.fact.text)}"
            for event in transcript.events
            if isinstance(event.fact, Message) and event.fact.text
        ],
    }
    return _embedded(fields)


def _embedded(data: object) -> bytes:
    """Return JSON that cannot end the `<script>` element around it."""
    # Without `<`, neither `</script>` nor `<!--` can occur in the data.
    return orjson.dumps(data).replace(b"<", b"\\u003c")
