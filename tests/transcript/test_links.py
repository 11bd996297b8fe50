"""Links in HTML transcripts, by the rules of the pages; hostile addresses stay text."""

import json
from pathlib import Path

import html5lib
import pytest

from chatserver.core.conversation.commands import Open
from chatserver.transcript import html
from chatserver.transcript.links import split_links
from tests.playbook import ANN, Play
from tests.transcript.strategies import edition

CASES = json.loads((Path(__file__).parents[1] / "link_cases.json").read_text(encoding="utf-8"))
HOSTILE = [
    "javascript:alert(1)",
    "JaVaScRiPt://example.org/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x file:///etc/passwd ftp://example.org/ blob:https://example.org/x",
    "https://",
    "http://[x]/ http://a.example:70000/",
]


def links(words: str) -> list[tuple[str, dict[str, str]]]:
    """Return the text and attributes of each link in the transcript of a message."""
    play = Play().given((ANN, Open(conversation="c1", reference="K7F3-9QMX", text=words)))
    page = html.render(edition(play, internal=False)).decode()
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return [("".join(each.itertext()), dict(each.attrib)) for each in tree.iter("a")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["text"])[:40])
def test_a_link_begins_and_ends_as_in_the_pages(case: dict[str, object]) -> None:
    words = str(case["text"])
    parts = list(split_links(words))
    assert [part.text for part in parts if part.url] == case["links"]
    assert "".join(part.text for part in parts) == words


def test_a_link_opens_a_window_that_knows_nothing_of_the_transcript() -> None:
    [(shown, attributes)] = links("Try www.example.org/help.")
    assert shown == "www.example.org/help"
    assert attributes == {
        "href": "https://www.example.org/help",
        "target": "_blank",
        "rel": "noopener noreferrer",
    }


@pytest.mark.parametrize("words", HOSTILE)
def test_other_schemes_and_impossible_hosts_are_no_links(words: str) -> None:
    assert [attributes["href"] for _, attributes in links(words)] in (
        [],
        # The address inside is one, with any text before it.
        ["https://example.org/x"],
    )


def test_a_quotation_mark_ends_the_link_and_not_the_attribute() -> None:
    [(_, attributes)] = links('https://example.org/"onmouseover="alert(1)')
    assert set(attributes) == {"href", "target", "rel"}


def test_a_control_of_direction_is_named_and_not_obeyed() -> None:
    play = Play().given(
        (ANN, Open(conversation="c1", reference="K7F3-9QMX", text="invoice\u202efdp.exe"))
    )
    page = html.render(edition(play, internal=False)).decode()
    assert "\u202e" not in page
    assert '<span class="unseen">U+202E</span>' in page
