"""Nothing on any screen keeps anybody out, in light and in dark (WCAG 2.2 AA, by axe-core)."""

from typing import Literal

import pytest

from chatserver.app import Running
from tests.browser.axe import barriers
from tests.browser.conftest import PersonComes

PUBLIC = ["/", "/demo", "/login", "/widget"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("path", PUBLIC)
async def test_public_pages(people: PersonComes, server: Running, path: str) -> None:
    page = await people()
    await page.goto(server.url + path, wait_until="networkidle")
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        assert await barriers(page) == []
