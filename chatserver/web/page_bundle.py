"""The bundle of the pages' modules, which `bundle.js` makes of their sources.

Installing the program, `make run` and `make test` make it. It stands beside the sources and is used
while it is theirs; a server without it serves the sources, one file a module: `/console` then loads
109 files in place of one.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import orjson

MANIFEST = "manifest.json"


def read_bundle(sources: Path, contents: Mapping[str, bytes]) -> dict[str, bytes] | None:
    """Return all scripts of the bundle of a folder of pages by their paths.

    None if there is none, or one that was made of other sources than `contents`.
    """
    folder = sources.with_name("bundle")
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return None
    digests = {
        name: hashlib.sha256(body).hexdigest()
        for name, body in contents.items()
        if name.endswith(".js")
    }
    if orjson.loads(manifest.read_bytes())["sources"] != digests:
        return None
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.js"))
    }
