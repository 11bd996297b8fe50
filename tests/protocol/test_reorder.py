"""Frames in separate posts arrive in order and once, although posts are lost and reordered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.errors import RateLimited
from chatserver.protocol.reorder import WINDOW, FrameReorderer


def test_posts_in_order_are_taken_as_they_come() -> None:
    sequence = FrameReorderer()
    assert sequence.accept(1, ["a", "b"]) == ["a", "b"]
    assert sequence.accept(3, ["c"]) == ["c"]


def test_a_repeated_post_is_not_taken_twice() -> None:
    sequence = FrameReorderer()
    sequence.accept(1, ["a", "b"])
    assert sequence.accept(1, ["a", "b"]) == []


def test_a_repeated_post_may_have_more_behind_it() -> None:
    sequence = FrameReorderer()
    sequence.accept(1, ["a"])
    assert sequence.accept(1, ["a", "b"]) == ["b"]


def test_a_post_that_overtook_another_is_buffered() -> None:
    sequence = FrameReorderer()
    assert sequence.accept(2, ["b"]) == []
    assert sequence.accept(1, ["a"]) == ["a", "b"]


def test_a_post_too_far_ahead_is_refused_without_a_change() -> None:
    sequence = FrameReorderer()
    with pytest.raises(RateLimited):
        sequence.accept(2, ["x"] * WINDOW)
    # Nothing of the refused post was buffered.
    assert sequence.accept(1, ["a"]) == ["a"]
    assert sequence.next == 2


def test_a_post_in_order_may_be_of_any_length() -> None:
    frames: list[str | bytes] = [str(number) for number in range(10 * WINDOW)]
    assert FrameReorderer().accept(1, frames) == frames


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=10),
    st.data(),
)
def test_each_frame_arrives_once_and_in_order_after_repeats_and_reordering(
    sizes: list[int], data: st.DataObject
) -> None:
    """Posts of these sizes arrive in any order and any number of times, and are repeated while
    they are refused."""
    posts, first = [], 1
    for size in sizes:
        posts.append((first, [str(number) for number in range(first, first + size)]))
        first += size
    repeats = data.draw(st.lists(st.sampled_from(posts), max_size=10))
    waiting = data.draw(st.permutations(posts + repeats))
    sequence, taken = FrameReorderer(), []
    while waiting:
        refused = []
        for number, frames in waiting:
            try:
                taken += sequence.accept(number, list(frames))
            except RateLimited:
                refused.append((number, frames))
        waiting = refused
    assert taken == [str(number) for number in range(1, first)]
