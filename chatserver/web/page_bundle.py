"""The bundle of the pages, which `deploy/bundle.js` makes of their sources.

Installing the program, `make run` and `make test` make it. It stands beside the sources and is used
while it is theirs; a server without it serves the sources, one file a module: `/console` then loads
more than a hundred modules and style sheets in place of one of each.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import orjson

MANIFEST = "manifest.json"
SOURCES = frozenset({".js", ".css", ".html"})


def read_bundle(sources: Path, contents: Mapping[str, bytes]) -> dict[str, bytes] | None:
    """Return the files of the bundle of a folder of pages by their paths.

    They are every script, and the pages and style sheets that differ from the sources. None if
    there is no bundle, or one that was made of other sources than `contents`.
    """
    folder = sources.with_name("bundle")
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return None
    digests = {
        name: hashlib.sha256(body).hexdigest()
        for name, body in contents.items()
        if Path(name).suffix in SOURCES
    }
    if orjson.loads(manifest.read_bytes())["sources"] != digests:
        return None
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in SOURCES
    }
