"""Bundles the pages before the tests, so that browsers load what users get."""

import subprocess
from pathlib import Path

from chatserver.web.page_bundle import read_bundle

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "static"
BUNDLER = ROOT / "deploy" / "bundle.js"


def bundle_pages() -> None:
    """Run the bundler, unless the bundle is that of the sources; raises CalledProcessError."""
    files = (path for path in STATIC.rglob("*") if path.is_file())
    sources = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in files}
    # An older bundler may have made it of the same sources.
    made = ROOT / "bundle" / "manifest.json"
    is_current = made.exists() and made.stat().st_mtime > BUNDLER.stat().st_mtime
    if not is_current or read_bundle(STATIC, sources) is None:
        subprocess.run([ROOT / ".venv/bin/node", BUNDLER], cwd=ROOT, check=True)
