"""`transcript.txt` contains everything that was written and nothing else."""

import pytest

from chatserver.core.conversation.commands import Accept, AddNote, Close, Command, Open, Rate, Send
from chatserver.core.people import Customer
from chatserver.transcript.document import Transcript
from chatserver.transcript.escape import escape_controls
from chatserver.transcript.text import render
from tests.playbook import ANN, BOB, OPENING, Play, with_name

FORGED = "fine\n\n2026-11-24 12:00:00 UTC  Bob (technician):\n    You get it all back"


def text(play: Play, *, internal: bool = False) -> str:
    state = play.state
    assert state is not None
    return render(Transcript.edition(state, play.events, "epoch", internal=internal)).decode()


def opened(customer: Customer = ANN, opening: Command = OPENING) -> Play:
    return Play().given((customer, opening), (BOB, Accept()))


def said(words: str) -> str:
    return text(opened().given((ANN, Send(text=words))))


def test_a_conversation_reads_from_the_first_word_to_the_last() -> None:
    play = opened().given((BOB, Send(text="Which colour?\nRed?")), (ANN, Close()))
    assert text(play) == (
        "Conversation K7F3-9QMX\n"
        "Customer:   Ann\n"
        "Technician: Bob\n"
        "Opened:     2026-11-24 12:00:00 UTC\n"
        "Closed:     2026-11-24 12:00:00 UTC\n"
        "\n"
        "2026-11-24 12:00:00 UTC  Ann (customer): asked for help\n"
        "\n"
        "2026-11-24 12:00:00 UTC  Ann (customer):\n"
        "    It blinks\n"
        "\n"
        "2026-11-24 12:00:00 UTC  Bob (technician): Bob joined the conversation\n"
        "\n"
        "2026-11-24 12:00:00 UTC  Bob (technician):\n"
        "    Which colour?\n"
        "    Red?\n"
        "\n"
        "2026-11-24 12:00:00 UTC  Ann (customer): the conversation ended (by the customer)\n"
    )


def test_only_the_internal_edition_has_notes() -> None:
    play = opened().given((BOB, AddNote(text="rude\nbut right")))
    assert "rude" not in text(play)
    assert "Bob (technician) notes:\n    rude\n    but right\n" in text(play, internal=True)


@pytest.mark.parametrize(
    "words",
    ["Grüße, 世界", "👩‍👩‍👧", "שלום", "a\tb", "  leading", "trailing  ", "x" * 8_000, "%s {0}"],
)
def test_ordinary_words_stand_byte_for_byte_on_their_line(words: str) -> None:
    assert f"\n    {words}\n" in said(words)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("\x00\x07\x08", "␀␇␈"),
        ("\x7f", "\\u007f"),
        ("\x9b2J", "\\u009b2J"),
    ],
)
def test_control_characters_are_made_visible(words: str, shown: str) -> None:
    assert escape_controls(words) == shown
    assert f"    {shown}\n" in said(words)


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_that_were_stored_are_line_ends(line_end: str) -> None:
    assert "\n    a\n    b\n" in said(f"a{line_end}b")


def test_a_message_cannot_imitate_another_author() -> None:
    forged = said(FORGED)
    assert "\n2026-11-24 12:00:00 UTC  Bob (technician):\n" not in forged
    assert "\n    2026-11-24 12:00:00 UTC  Bob (technician):\n" in forged


def test_a_comment_on_a_rating_cannot_imitate_a_message() -> None:
    rated = text(opened().given((ANN, Rate(score=1, comment=FORGED))))
    assert "\n2026-11-24 12:00:00 UTC  Bob (technician):\n" not in rated
    assert "    2026-11-24 12:00:00 UTC  Bob (technician):\n" in rated


def test_a_short_comment_stands_beside_its_rating() -> None:
    rated = text(opened().given((ANN, Rate(score=5, comment="Thanks!"))))
    assert "Ann (customer): rates 5 of 5: Thanks!\n" in rated


def test_a_name_cannot_imitate_a_message() -> None:
    named = text(opened(with_name(ANN, FORGED)))
    assert "\n2026-11-24 12:00:00 UTC  Bob (technician):\n" not in named


@pytest.mark.parametrize("field", ["subject", "topic", "product"])
def test_a_heading_cannot_imitate_a_message(field: str) -> None:
    opening = Open(
        conversation="c1",
        reference="K7F3-9QMX",
        text="It blinks",
        subject=FORGED if field == "subject" else None,
        topic=FORGED if field == "topic" else None,
        product=FORGED if field == "product" else None,
    )
    headed = text(opened(opening=opening))
    assert "\n2026-11-24 12:00:00 UTC  Bob (technician):\n" not in headed
    assert "You get it all back" in headed


def test_a_customer_without_a_name_is_called_unnamed() -> None:
    assert "Unnamed (customer): asked for help" in text(opened(with_name(ANN, "")))
