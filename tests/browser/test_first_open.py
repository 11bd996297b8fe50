"""The measurement of how soon the panel can be used; how soon that is, is not tested."""

import pytest

from tests.bench import first_open


async def test_the_first_opening_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_open, "TIMES", 1)
    monkeypatch.setattr(first_open, "PATIENCE_S", 0)
    verdict = await first_open.first_open()
    assert verdict.ratio
    assert verdict.ours.endswith(")")


async def test_without_a_browser_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_open, "SYSTEM_BROWSERS", ("true",))
    with pytest.raises(first_open.NotMeasured, match="Chromium"):
        await first_open.first_open()
