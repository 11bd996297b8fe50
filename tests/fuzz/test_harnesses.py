"""Untrusted bytes are read or refused; `python -m tests.fuzz` tries many more."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.harnesses import HARNESSES, Harness

EXAMPLES = 60


@pytest.mark.parametrize("harness", HARNESSES.values(), ids=HARNESSES.keys())
def test_valid_input_is_read(harness: Harness) -> None:
    for seed in harness.seeds:
        harness.run(seed)


@pytest.mark.parametrize("harness", HARNESSES.values(), ids=HARNESSES.keys())
@given(data=st.data())
@settings(max_examples=EXAMPLES)
def test_nearly_valid_input_is_read_or_refused(harness: Harness, data: st.DataObject) -> None:
    harness.run(data.draw(harness.inputs()))
