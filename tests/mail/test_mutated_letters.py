"""Letters that were repeated, cut, mixed and grown are read, or set aside by the typed error."""

import random

from tests.mail.corpus import CORPUS, read_corpus


def test_mutated_letters_are_read_or_set_aside() -> None:
    letters = [file.read_bytes() for file in sorted(CORPUS.glob("*.eml"))]
    report = read_corpus(letters, 200, random.Random(1))
    assert report.outcomes.total() == 200
    assert report.outcomes["read"]
