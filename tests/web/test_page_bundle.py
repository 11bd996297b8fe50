"""The bundle of the pages: served while it is that of the sources."""

import hashlib
from pathlib import Path

import aiohttp
import orjson
import pytest

from chatserver.web.static import Assets
from tests.conftest import StartServer


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A page with two modules and a style sheet, and the bundle of them."""
    static, bundle = tmp_path / "static", tmp_path / "bundle"
    (static / "shop").mkdir(parents=True)
    (bundle / "shop").mkdir(parents=True)
    (static / "shop/shop.js").write_text("import './till.js'; // pays")
    (static / "shop/till.js").write_text("pay();")
    (static / "shop/shop.css").write_text("a { color: red }")
    (static / "shop/shop.html").write_text('<link href="{{static}}/shop/shop.css" />')
    (bundle / "shop/shop.js").write_text("pay()  // as the bundler wrote it")
    (bundle / "shop/shop.html").write_text('<link href="{{static}}/shop/shop.bundle.css" />')
    (bundle / "shop/shop.bundle.css").write_text("a { color: red }")
    digests = {
        path.relative_to(static).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in static.rglob("*.*")
    }
    (bundle / "manifest.json").write_bytes(orjson.dumps({"sources": digests}))
    return static


def test_a_bundle_is_served_in_place_of_its_sources(sources: Path) -> None:
    assets = Assets.load(sources)
    assert assets.are_bundled
    scripts = {name for name in assets.files if name.endswith(".js")}
    assert scripts == {"shop/shop.js"}


def test_a_page_names_the_style_sheet_of_the_bundle(sources: Path) -> None:
    assets = Assets.load(sources)
    page = f'<link href="/static/{assets.version}/shop/shop.bundle.css" />'
    assert assets.files["shop/shop.html"].body.decode() == page
    assert assets.files["shop/shop.bundle.css"].body == b"a{color:red}"


def test_the_server_changes_nothing_in_bundled_scripts(sources: Path) -> None:
    assert Assets.load(sources).files["shop/shop.js"].body == b"pay()  // as the bundler wrote it"


def test_changed_sources_are_served_until_they_are_bundled(sources: Path) -> None:
    (sources / "shop/shop.css").write_text("a { color: green }")
    files = Assets.load(sources).files
    assert "shop/till.js" in files
    assert b"/shop/shop.css" in files["shop/shop.html"].body


def test_a_removed_module_makes_another_bundle_necessary(sources: Path) -> None:
    (sources / "shop/till.js").unlink()
    assert not Assets.load(sources).are_bundled


def test_another_bundle_is_another_version(sources: Path) -> None:
    before = Assets.load(sources).version
    (sources.parent / "bundle/shop/shop.js").write_text("pay(1)")
    assert Assets.load(sources).version != before


def test_development_asks_for_the_sources(sources: Path) -> None:
    assert "shop/till.js" in Assets.load(sources, bundled=False).files


@pytest.mark.parametrize(("page_sources", "module"), [(False, 404), (True, 200)])
async def test_a_setting_chooses_between_bundle_and_sources(
    start: StartServer, page_sources: bool, module: int
) -> None:
    server = await start(page_sources=page_sources)
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{server.url}/widget") as answer:
            version = (await answer.text()).split("/static/")[1].split("/")[0]
        async with client.get(f"{server.url}/static/{version}/widget/panel.js") as answer:
            assert answer.status == module
