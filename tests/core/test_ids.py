"""Identifiers and references."""

from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.ids import identifier, parse_reference, reference


@given(st.integers(0, 2**40 - 1))
def test_a_reference_is_read_back_however_it_was_written_down(entropy: int) -> None:
    name = reference(entropy)
    assert parse_reference(name.lower().replace("-", " ")) == name
    # I, L and O are no letters of the alphabet, so they can only be misread digits.
    assert parse_reference(name.replace("1", "l").replace("0", "O")) == name


@given(st.integers(0, 2**48 - 2), st.integers(0, 2**80 - 1), st.integers(0, 2**80 - 1))
def test_identifiers_of_later_times_sort_later(at: int, one: int, other: int) -> None:
    assert identifier(at, one) < identifier(at + 1, other)
