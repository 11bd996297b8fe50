"""The widget's weight for a page: bytes on the wire."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Request, expect

from tests.browser.conftest import Shop, Visitor

LOADER_LIMIT = 2_048
PANEL_LIMIT = 20 * 1_024
STATIC = Path(__file__).parents[2] / "static"


async def wire_bytes(requests: list[Request]) -> dict[str, int]:
    """Wait for the response bodies; return the bytes of each by file, as they were sent."""
    sizes: dict[str, int] = {}
    for request in requests:
        name = re.sub(r"^static/[^/]+/", "", request.url.split("#")[0].split("/", 3)[3])
        response = await request.response()
        assert response is not None
        await response.finished()
        sizes[name] = (await request.sizes())["responseBodySize"]
    return sizes


def report(title: str, sizes: dict[str, int]) -> None:
    lines = [f"{size:7,}  {name}" for name, size in sorted(sizes.items())]
    print(f"\n{title}: {sum(sizes.values()):,} bytes", *lines, sep="\n")


async def test_a_first_open_is_light(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    page = await shop.people()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    await page.goto(shop.host.origin)
    ann = Visitor(page, page.frame_locator("iframe"))
    await expect(page.get_by_role("button", name="Support chat")).to_be_visible()
    loader = [each for each in asked if each.url.startswith(shop.server.url)]
    await ann.open_widget()
    # The session tells this as its first: the panel has asked for all that it needs by then.
    await expect(ann.panel.get_by_text("We’re offline.")).to_be_visible()
    panel = [each for each in asked if each.url.startswith(shop.server.url) and each not in loader]
    loader_sizes, panel_sizes = await wire_bytes(loader), await wire_bytes(panel)
    with capsys.disabled():
        report("loader", loader_sizes)
        report("panel at first open", panel_sizes)
    assert sum(loader_sizes.values()) <= LOADER_LIMIT
    assert sum(panel_sizes.values()) <= PANEL_LIMIT
    assert len(loader_sizes) == 1
    # Each module of its own took a processor that is four times slower 10 ms.
    modules = {name for name in panel_sizes if name.endswith(".js")}
    assert modules == {"widget/bridge.js", "widget/widget.js"}


def imports(module: Path) -> set[Path]:
    """Return the modules that a module imports at once."""
    source = module.read_text(encoding="utf-8")
    found = {
        (module.parent / path).resolve()
        for path in re.findall(r"^(?:import|export) .*?from '(\.[^']+)';", source, re.M | re.S)
    }
    return found | {each for path in found for each in imports(path)}


def test_the_first_look_has_its_words() -> None:
    words = json.loads((STATIC / "i18n/en.json").read_text(encoding="utf-8"))["widget"]
    said = {
        key
        for path in imports(STATIC / "widget/widget.js")
        for key in re.findall(r"\bsay\('([\w.]+)'", path.read_text(encoding="utf-8"))
    }
    assert said <= words.keys() | set(words["shared"])
