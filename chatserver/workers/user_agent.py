"""Readable descriptions of User-Agent headers, without the versions that browsers make up.

Browsers froze the system's version, so that sites cannot recognize people by it: Safari says iOS 18
and Mac OS X 10.15 whatever there is, Chromium says Android 10, Windows 10 (for 11, too) and
Chrome OS 14541.
"""

from collections.abc import Mapping

from ua_parser import parse

FROZEN: Mapping[str, frozenset[str | None]] = {
    "Windows": frozenset({"10"}),
    "Android": frozenset({"10"}),
}
"""Versions that a system's name is told without, as they may be made up."""

NO_VERSIONS = frozenset({"iOS", "Mac OS X", "Chrome OS"})
"""Systems of which browsers report made-up versions, so that none is shown."""

BROWSERS: Mapping[str, str] = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome WebView",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "App",
    "Opera Mobile": "Opera",
}
"""Names of browsers by the parser's, which tell the system once more."""

FIRST_WINDOWS_11 = 13
"""The platform version with which Windows 11 begins (learn.microsoft.com, client hints)."""

VERSIONED_PLATFORMS = frozenset({"Android", "macOS"})
"""Platforms that report their well-known version in client hints."""

SYSTEMS: Mapping[str, str] = {"Mac OS X": "macOS"}


def describe(agent: str, hinted: str | None = None) -> str | None:
    """Return browser and system of a User-Agent header, such as "Firefox 128 on Android 14".

    `hinted` is the platform with its version by client hints, which browsers do not make up.
    Returns None if neither is known.
    """
    # The patterns are regular expressions on input of clients: the cut bounds their time.
    found = parse(agent[:1_000])
    browser = found.user_agent and _browser(found.user_agent.family, found.user_agent.major)
    system = _hinted_system(hinted or "") or (found.os and _system(found.os.family, found.os.major))
    return " on ".join(part for part in (browser, system) if part) or None


def _browser(family: str, version: str | None) -> str:
    return _named(BROWSERS.get(family, family), version)


def _system(family: str, version: str | None) -> str:
    is_made_up = family in NO_VERSIONS or version in FROZEN.get(family, ())
    return _named(SYSTEMS.get(family, family), None if is_made_up else version)


def _hinted_system(hinted: str) -> str | None:
    """Return a platform of client hints with the version that people know, else None."""
    platform, _, version = hinted.rpartition(" ")
    major = version.partition(".")[0]
    # 0 stands for Windows 7 to 8.1, and an empty version for one that the browser keeps to itself.
    if not (major.isascii() and major.isdigit() and int(major)):
        return None
    if platform == "Windows":
        return "Windows 11" if int(major) >= FIRST_WINDOWS_11 else "Windows 10"
    return f"{platform} {major}" if platform in VERSIONED_PLATFORMS else None


def _named(family: str, version: str | None) -> str:
    return f"{family} {version}" if version else family
