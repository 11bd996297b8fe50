"""Finds a Chromium for the browser tests, or installs one; `make browser` runs this."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""The first is the same browser without its own windows: a page costs it a third of the time."""

CACHE = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find() -> str | None:
    """The path of an installed Chromium: the system's, or the one that Playwright downloaded."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    downloaded = sorted(CACHE.glob("chromium-*/chrome-*/chrome"))
    return str(downloaded[-1]) if downloaded else None


def install() -> str | None:
    """Install one: Debian's as root, else the one that Playwright downloads."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        apt = ["apt-get", "--quiet", "--yes", "--no-install-recommends"]
        subprocess.run([*apt, "update"], check=False)
        for name in ("chromium-headless-shell", "chromium"):
            if subprocess.run([*apt, "install", name], check=False).returncode == 0:
                break
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return find()


def main() -> int:
    """0 when there is a browser."""
    path = find() or install()
    if path is None:
        print(
            "The browser tests need Chromium, and none could be installed. "
            "Please install it (on Debian: apt-get install chromium).",
            file=sys.stderr,
        )
        return 1
    print(f"browser: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
