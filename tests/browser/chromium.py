"""Finds a Chromium for the browser tests, or installs one; `make browser` runs this."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""Names of the program. The first one has no windows: a page costs it a third of the time."""

CACHE = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A microphone that beeps, and that every page may use.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--no-first-run",
    # The pages of one profile share a process, as all servers are one site.
    "--renderer-process-limit=1",
    "--process-per-site",
]


class NoChromium(Exception):
    """There is no Chromium on this machine."""


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Start a Chromium that ends with the block; raises NoChromium.

    Starting has no time limit of its own: on a busy machine it takes a minute, and a Chromium
    that cannot start ends at once with its reason.
    """
    path = find()
    if path is None:
        raise NoChromium("there is no Chromium: run `make browser`")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=0)
        yield browser
        await browser.close()


def find() -> str | None:
    """Return the path of Chromium: the system's, or the one that Playwright downloaded."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    downloaded = sorted(CACHE.glob("chromium-*/chrome-*/chrome"))
    return str(downloaded[-1]) if downloaded else None


def install() -> str | None:
    """Install Chromium: Debian's as root, else Playwright's."""
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
    """Return the exit code: 0 if there is a Chromium."""
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
