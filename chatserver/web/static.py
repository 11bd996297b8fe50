"""Static files: read, minified and compressed once at start, versioned by a hash of the tree.

The hash is a folder in the URL, so that modules import each other by relative paths and browsers
cache each file forever. Scripts and pages are those of the bundle (`page_bundle`) where there is
one of these sources; else comments are removed from scripts, as they always are from styles. Each
page gets its own section of a language's words, together with the shared section or the words it
names of it; the server's own section is not sent.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import ascii_letters

import orjson
from aiohttp import web
from rcssmin import cssmin
from rjsmin import jsmin

from chatserver.i18n.languages import SERVER
from chatserver.transcript.formats import DOWNLOADS, MAILABLE
from chatserver.web.page_bundle import read_bundle

TEXT_SUFFIXES = frozenset({".js", ".css", ".html", ".json", ".svg", ".txt"})
STATIC_PLACEHOLDER = b"{{static}}"
LANGUAGES_PLACEHOLDER = b"{{languages}}"
FORMATS_PLACEHOLDER = b"{{formats}}"
MAIL_FORMATS_PLACEHOLDER = b"{{mail_formats}}"
LANGUAGE_FOLDER = "i18n/"
SHARED_SECTION = "shared"
PRIVATE_USE = re.compile(rb"\.#(\w+)")
PRIVATE_NAME = re.compile(rb"(?<!['\"`])#\w+\b")
"""A private name. Behind a quote it is an id in a selector, such as '#menu'."""
CACHE_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent; `packed` is its gzip form, or None if that is no smaller."""

    body: bytes
    packed: bytes | None
    content_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class Assets:
    """The whole tree in memory, by path; a request cannot name a file outside it."""

    version: str
    files: dict[str, Asset]
    are_bundled: bool

    @classmethod
    def load(cls, folder: Path, *, bundled: bool = True) -> "Assets":
        """Read a tree, with its bundle if `bundled` and there is one.

        Raises FileNotFoundError if there is no tree.
        """
        if not folder.is_dir():
            raise FileNotFoundError(f"the pages are not installed: there is no {folder}")
        contents = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        bundle = read_bundle(folder, contents) if bundled else None
        if bundle is not None:
            others = {name: body for name, body in contents.items() if not name.endswith(".js")}
            contents = others | bundle
        tree = hashlib.sha256()
        for name, body in contents.items():
            # Name and length come first: moving a byte from one file to the next must change the
            # hash.
            tree.update(f"{name} {len(body)}\n".encode() + body)
        version = tree.hexdigest()[:16]
        languages = sorted(Path(name).stem for name in contents if name.startswith(LANGUAGE_FOLDER))
        replacements = {
            STATIC_PLACEHOLDER: f"/static/{version}".encode(),
            LANGUAGES_PLACEHOLDER: " ".join(languages).encode(),
            FORMATS_PLACEHOLDER: " ".join(DOWNLOADS).encode(),
            MAIL_FORMATS_PLACEHOLDER: " ".join(MAILABLE).encode(),
        }
        return cls(
            version,
            {
                part: _asset(
                    part, _minified(part, content, replacements, is_bundled=bundle is not None)
                )
                for name, body in contents.items()
                for part, content in _split_languages(name, body).items()
            },
            bundle is not None,
        )


ASSETS = web.AppKey("assets", Assets)


def asset_response(
    request: web.Request,
    name: str,
    *,
    cache: str = "no-cache",
    fill: Mapping[bytes, bytes] | None = None,
) -> web.Response:
    """Return a file of the tree, in which each key of `fill` is replaced by its value.

    Raises HTTPNotFound.
    """
    asset = request.app[ASSETS].files.get(name)
    if asset is None:
        raise web.HTTPNotFound
    if fill:
        asset = _filled_asset(asset, fill)
    headers = {"Cache-Control": cache, "ETag": f'"{asset.etag}"', "Vary": "Accept-Encoding"}
    # Strong comparison is not needed for 304 (RFC 9110, section 13.1.2); `W/` is ignored.
    if any(tag.value == asset.etag for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = asset.body
    if asset.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = asset.packed, "gzip"
    headers["Content-Type"] = asset.content_type
    return web.Response(body=body, headers=headers)


def _filled_asset(asset: Asset, fill: Mapping[bytes, bytes]) -> Asset:
    body = asset.body
    for gap, value in fill.items():
        body = body.replace(gap, value)
    packed = gzip.compress(body, 9, mtime=0)
    smaller = packed if len(packed) < len(body) else None
    return Asset(body, smaller, asset.content_type, hashlib.sha256(body).hexdigest()[:16])


def _split_languages(name: str, body: bytes) -> dict[str, bytes]:
    """Split a language file into one file for each page; other files stay whole."""
    if not name.startswith(LANGUAGE_FOLDER):
        return {name: body}
    sections: dict[str, dict[str, object]] = orjson.loads(body)
    shared = sections.pop(SHARED_SECTION, {})
    sections.pop(SERVER, None)
    folder = name.removesuffix(".json")
    return {
        f"{folder}/{page}.json": orjson.dumps(_add_shared_words(page_words, shared))
        for page, page_words in sections.items()
    }


def _add_shared_words(
    page_words: dict[str, object], shared: dict[str, object]
) -> dict[str, object]:
    # A page without a `shared` list gets all shared words; with it, only those it names.
    match page_words:
        case {"shared": list(shared_keys), **rest}:
            return {key: shared[key] for key in shared_keys} | rest
        case _:
            return shared | page_words


def _shorten_private_names(script: bytes) -> bytes:
    """Replace each private name of a minified script's classes by one letter.

    Nothing outside its class can use such a name. It saves 300 bytes of the panel's 20 KiB.
    """
    names = sorted(set(PRIVATE_USE.findall(script)))
    if len(names) > len(ascii_letters):
        return script
    letters = {
        b"#" + name: b"#" + letter.encode()
        for name, letter in zip(names, ascii_letters, strict=False)
    }
    # In one pass: a pass for each name took 100 ms of every start, half of all.
    return PRIVATE_NAME.sub(lambda use: letters.get(use[0], use[0]), script)


def _minified(
    name: str, body: bytes, replacements: Mapping[bytes, bytes], is_bundled: bool
) -> bytes:
    match Path(name).suffix:
        case ".html":
            for placeholder, value in replacements.items():
                body = body.replace(placeholder, value)
            return body
        case ".js" if not is_bundled:
            return _shorten_private_names(jsmin(body))
        case ".css":
            return bytes(cssmin(body))
        case _:
            return body


def _asset(name: str, body: bytes) -> Asset:
    is_text = Path(name).suffix in TEXT_SUFFIXES
    # Without the time stamp, two servers with the same files send the same bytes and ETag.
    packed = gzip.compress(body, 9, mtime=0) if is_text else None
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if is_text else ""
    smaller = packed if packed is not None and len(packed) < len(body) else None
    return Asset(body, smaller, kind + charset, hashlib.sha256(body).hexdigest()[:16])
