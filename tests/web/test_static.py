"""Static files: read once, versioned by the hash of the tree."""

import gzip
from pathlib import Path

import pytest

from chatserver.web.static import Assets


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "lib").mkdir(parents=True)
    (folder / "page.html").write_text('<link href="{{static}}/a.css">' * 20)
    (folder / "i18n").mkdir()
    words = '{"shared": {"a": "1", "c": "3"}, "shop": {"b": "2"}, "first": {"shared": ["c"]}}'
    (folder / "i18n" / "de.json").write_text(words)
    (folder / "a.css").write_text("/* why */ a { color: red }\n" * 20)
    (folder / "lib" / "a.js").write_text("export const a = '{{static}}'\n" * 20)
    (folder / "tiny.svg").write_text("<svg/>")
    (folder / "sound.bin").write_bytes(bytes(100))
    return folder


def test_every_file_is_there_by_its_path(tree: Path) -> None:
    found = {name for name in Assets.load(tree).files if not name.startswith("i18n/")}
    assert found == {"page.html", "a.css", "lib/a.js", "tiny.svg", "sound.bin"}


def test_pages_name_the_files_of_their_own_version(tree: Path) -> None:
    assets = Assets.load(tree)
    body = assets.files["page.html"].body.decode()
    assert body == f'<link href="/static/{assets.version}/a.css">' * 20


def test_only_pages_are_changed(tree: Path) -> None:
    assert b"{{static}}" in Assets.load(tree).files["lib/a.js"].body


def test_a_page_is_sent_the_words_that_it_says(tree: Path) -> None:
    files = Assets.load(tree).files
    assert files["i18n/de/shop.json"].body == b'{"a":"1","c":"3","b":"2"}'
    assert files["i18n/de/first.json"].body == b'{"c":"3"}'


def test_comments_stay_at_home(tree: Path) -> None:
    assert Assets.load(tree).files["a.css"].body == b"a{color:red}" * 20


def test_any_change_is_another_version(tree: Path) -> None:
    before = Assets.load(tree).version
    assert Assets.load(tree).version == before
    (tree / "lib" / "a.js").write_text("changed")
    changed = Assets.load(tree).version
    (tree / "lib" / "a.js").rename(tree / "lib" / "b.js")
    assert len({before, changed, Assets.load(tree).version}) == 3


def test_text_is_packed_where_that_helps(tree: Path) -> None:
    files = Assets.load(tree).files
    packed = files["a.css"].packed
    assert packed is not None
    assert gzip.decompress(packed) == files["a.css"].body
    assert files["tiny.svg"].packed is None
    assert files["sound.bin"].packed is None


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("page.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("lib/a.js", "text/javascript; charset=utf-8"),
        ("tiny.svg", "image/svg+xml; charset=utf-8"),
        ("sound.bin", "application/octet-stream"),
    ],
)
def test_each_kind_is_named(tree: Path, name: str, content_type: str) -> None:
    assert Assets.load(tree).files[name].content_type == content_type


def test_without_pages_the_server_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="not installed"):
        Assets.load(tmp_path / "nowhere")


def test_private_names_are_shortened_and_selectors_are_not(tree: Path) -> None:
    script = "class A { #menu = 1; show() { return find('#menu', this.#menu) } }"
    (tree / "lib" / "b.js").write_text(script)
    body = Assets.load(tree).files["lib/b.js"].body.decode()
    assert body == "class A{#a=1;show(){return find('#menu',this.#a)}}"
