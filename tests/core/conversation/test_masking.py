"""Masking of card numbers, passwords and tokens in messages."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chatserver.core.conversation.masking import DOT, Masking, SecretKind, mask

ALL = frozenset(SecretKind)
VECTORS = json.loads((Path(__file__).parents[2] / "masking_cases.json").read_text(encoding="utf-8"))
# Parts of secrets and of text around them: joined at random they meet the edges of the rules,
# which letters at random never do.
PIECES = [
    "password",
    "Passwort",
    "pwd",
    "token",
    "api key",
    "Bearer",
    "://ann:",
    "@db",
    ": ",
    "=",
    " is ",
    " ",
    "-",
    "\n",
    "'",
    ".",
    DOT,
    "hunter2",
    "abc",
    "4111 1111 1111 1111",
    "4111111111111111",
    "1111",
    "378282246310005",
    "ghp_0123456789abcdefghij",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
]
texts = some.lists(some.sampled_from(PIECES) | some.text(max_size=6), max_size=14).map("".join)
kinds = some.frozensets(some.sampled_from(list(SecretKind)))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["text"][:30])
def test_secrets_are_masked_as_the_shared_vectors_say(vector: dict[str, str]) -> None:
    assert mask(vector["text"], ALL) == vector["masked"]


@given(texts, kinds)
def test_masking_again_changes_nothing(text: str, chosen: frozenset[SecretKind]) -> None:
    once = mask(text, chosen)
    assert mask(once, chosen) == once


@given(texts, kinds)
def test_nothing_is_added_but_dots(text: str, chosen: frozenset[SecretKind]) -> None:
    masked = mask(text, chosen)
    # What stands between the dots stands in the text, in the same order.
    parts = re.split(f"{DOT}+", masked)
    place = 0
    for part in parts:
        found = text.find(part, place)
        assert found >= 0
        place = found + len(part)


@given(texts)
def test_without_kinds_nothing_is_masked(text: str) -> None:
    assert mask(text, frozenset()) == text


@given(some.text(alphabet=some.characters(exclude_characters="0123456789:=")))
def test_words_without_digits_and_signs_stay_as_they_are(text: str) -> None:
    assert mask(text, frozenset({SecretKind.CARD, SecretKind.PASSWORD})) == text


@given(some.from_regex(r"\A4[0-9]{14}\Z"))
def test_every_card_number_is_hidden_but_for_its_end(digits: str) -> None:
    numbers = [f"{digits}{last}" for last in range(10)]
    # The 10 numbers differ in the check digit (Luhn) only.
    hidden = [number for number in numbers if mask(number, ALL) == DOT * 12 + number[12:]]
    # One of ten ends is right by the check digit, and the others are no card's.
    assert len(hidden) == 1
    assert sum(mask(number, ALL) == number for number in numbers) == 9


def test_a_long_row_of_numbers_is_scanned_in_linear_time() -> None:
    # 80,000 characters: a quadratic search would run into the time limit of the suite.
    assert mask("111 " * 20_000, ALL) == "111 " * 20_000


def test_an_author_may_skip_masking_if_the_operator_allows_it() -> None:
    card = "4111 1111 1111 1111"
    assert Masking(ALL).apply(card, unmasked=True) == card
    assert Masking(ALL, undo=False).apply(card, unmasked=True) != card
    assert Masking(ALL).apply(card) != card
    assert Masking().apply(card) == card
