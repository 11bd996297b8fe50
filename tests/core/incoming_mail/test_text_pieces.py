"""Long letters become several messages without losing a word."""

from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.incoming_mail.text_pieces import split_text


@given(st.text(alphabet="ab \n", max_size=200), st.integers(1, 30))
def test_the_pieces_fit_and_have_every_character_but_spaces_at_the_cuts(
    text: str, limit: int
) -> None:
    pieces = split_text(text, limit)
    assert all(len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_text_is_cut_at_the_end_of_a_line_or_word() -> None:
    assert split_text("one two\nthree four", 12) == ["one two", "three four"]
    assert split_text("one two three", 8) == ["one two", "three"]
    assert split_text("x" * 5, 2) == ["xx", "xx", "x"]
    assert split_text("as long as it is", 0) == ["as long as it is"]
