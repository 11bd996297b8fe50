"""Folding of quotes in replies of every kind; the case's own words are `SAID`."""

import pytest

from chatserver.core.incoming_mail.quotes import FoldedText, fold_quotes

OURS = "Please press the small reset key for ten seconds.\n\nThen the lamp should be green.\n\nBob"
THEIRS = "The lamp of my router has been red since this morning."
SAID = [OURS, THEIRS]


def fold(text: str) -> FoldedText:
    return fold_quotes(text, SAID, "help@example.org")


@pytest.mark.parametrize(
    "quote",
    [
        # No mark at all, as some web mailers do it.
        OURS,
        # Wrapped anew, so that no line is as it was sent.
        "Please press the small reset\nkey for ten seconds.\n\nThen the lamp\nshould be green.",
        "W dniu 30.11.2026 o 10:02, Help pisze:\n> Please press\n> something else",
        "2026年11月30日(月) 10:02 Help <help@example.org>:\n\n> Please press",
        "Den 30.11.2026 kl. 10:02 skrev Help Desk\n<help@example.org>:\n\n> Please press",
        "----- Original -----\nFrom: Help <help@example.org>\nSent: Monday\nTo: Anna\n\nquoted",
        "Від: Help <help@example.org>\nНадіслано: понеділок\nКому: Anna\nТема: Lamp\n\n" + OURS,
        # The case's history below the last letter, the customer's own words included.
        f"{OURS}\n\nOn 29.11.2026 09:00, Anna <anna@example.net> wrote:\n\n{THEIRS}",
    ],
)
def test_a_quote_is_folded_whatever_the_mail_program_makes_of_it(quote: str) -> None:
    folded = fold(f"It is green now, thank you.\n\n{quote}")
    assert folded == FoldedText("It is green now, thank you.\n", quote)


@pytest.mark.parametrize(
    "text",
    [
        # An answer below the quote.
        "On 30.11.2026 10:02, Help wrote:\n> Please press\n\nIt is green now.",
        f"From: help@example.org\nSent: Monday\nTo: Anna\n\n{OURS}\n\nIt is green now, thank you.",
        # Answers between unmarked lines.
        "Please press the small reset key for ten seconds.\nDone.\nThen the lamp should be green.\n"
        "It is not green.",
        # A list of details with colons.
        "My details:\nName: Anna\nE-mail: anna@example.net\nPhone: 123\nFrom: Bonn",
        # Nothing but a quote: a forward, or a reply that was sent too early.
        f"> {THEIRS}",
        # One line of the desk's, given back as a word of the customer.
        "Then the lamp should be green.",
        "",
    ],
)
def test_what_a_customer_wrote_is_not_folded(text: str) -> None:
    assert fold(text) == FoldedText(text)


def test_a_signature_is_folded_with_the_quote() -> None:
    folded = fold("It is green.\n-- \nAnna\nPhone 123\n\n> Please press")
    assert folded == FoldedText("It is green.", "-- \nAnna\nPhone 123\n\n> Please press")
