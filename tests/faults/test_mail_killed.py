"""A letter that was acknowledged is in the log once, wherever the server is killed."""

import random
from pathlib import Path

from tests.mail.kills import POINTS, kill_repeatedly


async def test_no_letter_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    outcome = await kill_repeatedly(tmp_path, len(POINTS), random.Random(1))
    assert outcome.kills == {point.name: 1 for point in POINTS}
    assert outcome.acknowledged
    assert (outcome.lost, outcome.doubled) == ([], [])
