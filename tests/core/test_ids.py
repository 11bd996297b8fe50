"""Identifiers and references."""

from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.ids import OrderedIds, identifier, parse_reference, reference, time_of


@given(st.integers(0, 2**40 - 1))
def test_a_reference_is_read_back_however_it_was_written_down(entropy: int) -> None:
    name = reference(entropy)
    assert parse_reference(name.lower().replace("-", " ")) == name
    # I, L and O are no letters of the alphabet, so they can only be misread digits.
    assert parse_reference(name.replace("1", "l").replace("0", "O")) == name


@given(st.integers(0, 2**48 - 2), st.integers(0, 2**80 - 1), st.integers(0, 2**80 - 1))
def test_identifiers_of_later_times_sort_later(at: int, one: int, other: int) -> None:
    assert identifier(at, one) < identifier(at + 1, other)


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1))
def test_the_time_of_an_identifier_is_read_back(at: int, entropy: int) -> None:
    assert time_of(identifier(at, entropy)) == at


def test_another_name_has_no_time() -> None:
    for name in ("", "c1", "I" * 26, "é" * 26):
        assert time_of(name) == 0


@given(
    st.lists(st.tuples(st.integers(0, 2**47), st.integers(0, 2**80 - 1), st.booleans()), min_size=1)
)
def test_ordered_identifiers_sort_as_they_were_made(steps: list[tuple[int, int, bool]]) -> None:
    ids, made = OrderedIds(), [""]
    for at, entropy, is_restarted in steps:
        if is_restarted:
            ids = OrderedIds()
            ids.continue_after(made[-1])
        made.append(ids.make(at, entropy))
    assert made == sorted(set(made))
