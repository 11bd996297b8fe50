"""The measurement of the panel's start works; its result depends on the machine."""

import pytest
from playwright.async_api import Browser

from tests.bench import first_open
from tests.browser import chromium


async def test_the_first_opening_is_measured(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_open, "TIMES", 1)
    monkeypatch.setattr(first_open, "PATIENCE_S", 0)
    # On a busy machine it takes as long as it takes.
    monkeypatch.setattr(first_open, "LATEST_S", 0)
    verdict = await first_open.first_open(browser)
    assert verdict.ratio
    assert verdict.ours.endswith(")")


async def test_without_a_browser_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "find", lambda: None)
    with pytest.raises(chromium.NoChromium, match="make browser"):
        async with chromium.launched():
            pass
