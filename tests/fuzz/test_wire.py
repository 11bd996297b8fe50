"""Ten thousand frames that are right, nearly right or none, over sockets: each is answered once."""

from pathlib import Path

from tests.fuzz.arena import arena, lost

INPUTS = 10_000


async def test_whatever_is_sent_is_answered_once_and_nothing_is_lost(tmp_path: Path) -> None:
    async with arena(tmp_path) as field:
        await field.talk(INPUTS)
        await field.answers_as_ever()
    figures = field.figures
    assert figures.inputs >= INPUTS
    assert min(figures.ok, figures.refused) > INPUTS / 20
    assert await lost(tmp_path, figures) == 0
