"""Static files: read once, made small once, named by the hash of the whole tree.

The hash is a folder in the path, so that modules import each other by relative paths and a
browser may keep each file for ever. Scripts and styles are sent without their comments, and of a
language's words a page gets its own section with the shared one, or with what it names of that;
the server's own section is not sent.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
from aiohttp import web
from rcssmin import cssmin
from rjsmin import jsmin

from chatserver.i18n.languages import SERVER

TEXT = frozenset({".js", ".css", ".html", ".json", ".svg", ".txt"})
PLACEHOLDER = b"{{static}}"
LANGUAGES = b"{{languages}}"
WORDS = "i18n/"
SHARED = "shared"
SITE = b"'{{site}}'"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is sent; `packed` is its gzip form where that is smaller."""

    body: bytes
    packed: bytes | None
    content_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class Assets:
    """The whole tree, in memory: it is small, and no path can lead out of it."""

    version: str
    files: dict[str, Asset]

    @classmethod
    def read(cls, folder: Path) -> "Assets":
        """Read a tree; raises FileNotFoundError when there is none."""
        if not folder.is_dir():
            raise FileNotFoundError(f"the pages are not installed: there is no {folder}")
        found = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        tree = hashlib.sha256()
        for name, body in found.items():
            tree.update(f"{name} {len(body)}\n".encode() + body)
        version = tree.hexdigest()[:16]
        languages = sorted(Path(name).stem for name in found if name.startswith(WORDS))
        told = {PLACEHOLDER: f"/static/{version}".encode(), LANGUAGES: " ".join(languages).encode()}
        return cls(
            version,
            {
                part: _asset(part, content, told)
                for name, body in found.items()
                for part, content in _parts(name, body).items()
            },
        )


ASSETS = web.AppKey("assets", Assets)


def respond(
    request: web.Request,
    name: str,
    *,
    cache: str = "no-cache",
    site: Mapping[str, str] | None = None,
) -> web.Response:
    """A file of the tree, with the `site`'s choices put in; raises HTTPNotFound."""
    asset = request.app[ASSETS].files.get(name)
    if asset is None:
        raise web.HTTPNotFound
    if site is not None:
        asset = _filled(asset, orjson.dumps(site))
    headers = {"Cache-Control": cache, "ETag": f'"{asset.etag}"', "Vary": "Accept-Encoding"}
    if any(tag.value == asset.etag for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = asset.body
    if asset.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = asset.packed, "gzip"
    headers["Content-Type"] = asset.content_type
    return web.Response(body=body, headers=headers)


def _filled(asset: Asset, site: bytes) -> Asset:
    # Nothing that an administrator writes can end the script that it stands in.
    body = asset.body.replace(SITE, site.replace(b"<", b"\\u003c"))
    return _packed(body, asset.content_type)


def _packed(body: bytes, content_type: str) -> Asset:
    packed = gzip.compress(body, 9, mtime=0)
    smaller = packed if len(packed) < len(body) else None
    return Asset(body, smaller, content_type, hashlib.sha256(body).hexdigest()[:16])


def _parts(name: str, body: bytes) -> dict[str, bytes]:
    """What is sent of a file: a language's words as one file for each page."""
    if not name.startswith(WORDS):
        return {name: body}
    sections: dict[str, dict[str, object]] = orjson.loads(body)
    shared = sections.pop(SHARED, {})
    sections.pop(SERVER, None)
    folder = name.removesuffix(".json")
    return {
        f"{folder}/{page}.json": orjson.dumps(_with_shared(own, shared))
        for page, own in sections.items()
    }


def _with_shared(own: dict[str, object], shared: dict[str, object]) -> dict[str, object]:
    match own:
        case {"shared": list(named), **rest}:
            return {key: shared[key] for key in named} | rest
        case _:
            return shared | own


def _asset(name: str, body: bytes, told: Mapping[bytes, bytes]) -> Asset:
    suffix = Path(name).suffix
    if suffix == ".html":
        for placeholder, value in told.items():
            body = body.replace(placeholder, value)
    elif suffix == ".js":
        body = jsmin(body)
    elif suffix == ".css":
        body = cssmin(body)
    packed = gzip.compress(body, 9, mtime=0) if suffix in TEXT else None
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if suffix in TEXT else ""
    smaller = packed if packed is not None and len(packed) < len(body) else None
    return Asset(body, smaller, kind + charset, hashlib.sha256(body).hexdigest()[:16])
