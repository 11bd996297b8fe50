"""Acknowledged messages, files and sealed folders survive a power failure."""

import random
from pathlib import Path

import pytest

from tests.bench.faults.power import lose_power_repeatedly

pytestmark = pytest.mark.sqlite("cuts the power of the disk with the folder")


async def test_everything_acknowledged_is_there_whenever_the_power_goes(tmp_path: Path) -> None:
    finding = await lose_power_repeatedly(tmp_path, 20, 100, random.Random(6))
    assert finding.is_well, finding
    # Nothing acknowledged could not be lost either.
    assert finding.acknowledged
