"""Letters as real programs write them, with other names: what is read of each.

The letters in `corpus/` were written afresh after the manner of the programs they are named after.
"""

from pathlib import Path

import pytest

from chatserver.core.incoming_mail.letter import AutomaticKind, IncomingLetter
from chatserver.core.incoming_mail.parse import parse_letter
from chatserver.core.incoming_mail.quotes import fold_quotes

FOLDER = Path(__file__).parent / "corpus"
SAID = (Path(__file__).parent / "said.txt").read_text(encoding="utf-8")


def letter(name: str, envelope_sender: str = "anna@example.net") -> IncomingLetter:
    return parse_letter((FOLDER / f"{name}.eml").read_bytes(), envelope_sender=envelope_sender)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gmail", "It blinks red three times."),
        ("outlook-german", "Sie blinkt dreimal rot.\n\nMit freundlichen Grüßen\nAnna Müller"),
        (
            "thunderbird-flowed",
            "Sie blinkt dreimal rot, und danach bleibt sie dunkel, auch wenn ich den Knopf noch "
            "einmal drücke.",
        ),
        ("iphone-french", "Elle clignote trois fois en rouge."),
    ],
)
def test_a_reply_is_folded_to_its_new_words(name: str, words: str) -> None:
    text = letter(name).text
    folded = fold_quotes(text, [SAID], "help")
    assert folded.words.strip() == words
    assert f"{folded.words}\n{folded.quoted}" == text


def test_answers_between_the_lines_stay_with_their_questions() -> None:
    folded = fold_quotes(letter("mutt-inline").text, [SAID])
    assert folded.words.rstrip().endswith("It blinks red.")
    assert "> and tell us what the lamp does." in folded.words
    assert folded.quoted == "-- \nAnna"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gmail", None),
        # Exchange sets X-Auto-Response-Suppress on what people write.
        ("outlook-german", None),
        ("apple-picture", None),
        ("postfix-bounce", AutomaticKind.REPORT),
        ("exim-delayed", AutomaticKind.REPORT),
        ("vacation", AutomaticKind.REPLY),
        ("read-receipt", AutomaticKind.RECEIPT),
        ("newsletter", AutomaticKind.LIST),
    ],
)
def test_letters_of_programs_are_told_from_those_of_people(
    name: str, kind: AutomaticKind | None
) -> None:
    assert letter(name).automatic is kind


def test_the_null_sender_alone_marks_a_report() -> None:
    assert letter("gmail", envelope_sender="").automatic is AutomaticKind.REPORT


def test_words_on_both_sides_of_a_picture_are_one_text_and_the_picture_a_file() -> None:
    found = letter("apple-picture")
    assert found.text == "This is the lamp — before:\n\n\nAnd it stays dark after that."
    assert [(part.name, part.media_type) for part in found.parts] == [("lämp.png", "image/png")]


def test_a_bounce_names_the_letter_of_ours_and_the_reason() -> None:
    [failed] = letter("postfix-bounce", "").deliveries
    assert (failed.action, failed.status) == ("failed", "5.1.1")
    assert failed.recipient == "anna@example.net"
    assert failed.diagnostic == "550 5.1.1 User unknown"
    assert failed.original == "<k7f39qmx.4.aaaaaaaaaa@example.org>"


def test_a_report_that_does_not_say_that_it_is_one_is_known_by_its_parts() -> None:
    # OpenSMTPD writes multipart/mixed, and no Auto-Submitted.
    found = letter("opensmtpd-bounce", "")
    assert found.automatic is AutomaticKind.REPORT
    assert [each.original for each in found.deliveries] == ["<k7f39qmx.4.aaaaaaaaaa@example.org>"]


def test_a_status_that_says_nothing_gives_way_to_that_of_the_next_server() -> None:
    [failed] = letter("exim-bounce", "").deliveries
    assert failed.status == "5.1.1"


def test_a_letter_that_a_filter_refused_counts_as_failed_and_one_that_was_read_does_not() -> None:
    [refused] = letter("sieve-reject", "").deliveries
    assert (refused.action, refused.status) == ("failed", "5.7.1")
    assert refused.original == "<k7f39qmx.4.aaaaaaaaaa@example.org>"
    assert letter("read-receipt", "").deliveries == ()


def test_a_delay_is_not_a_failure() -> None:
    [delayed] = letter("exim-delayed", "").deliveries
    assert (delayed.action, delayed.original) == ("delayed", "<k7f39qmx.4.aaaaaaaaaa@example.org>")


def test_the_headers_of_a_reply_are_read() -> None:
    found = letter("outlook-german")
    assert (found.sender, found.sender_name) == ("anna@example.net", "Müller, Anna")
    assert found.subject == "AW: Lamp"
    assert found.at == 1_796_033_628_000
    assert found.in_reply_to == ("<k7f39qmx.4.aaaaaaaaaa@example.org>",)
    assert found.recipients == ("help+k7f39qmx.bbbbbbbbbb@example.org",)
    assert found.languages == ("de-DE", "en-US")


def test_markup_becomes_words_without_what_it_hides() -> None:
    assert letter("newsletter").text == "Big offers every day\n\nRead on <https://example.com/now>"


def test_a_forward_is_known_by_its_subject_and_its_letter_is_a_file() -> None:
    found = letter("forwarded")
    assert found.is_forward
    assert [part.name for part in found.parts] == ["Rechnung 42.eml"]
