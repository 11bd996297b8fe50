"""Readable descriptions of User-Agent headers."""

from ua_parser import parse


def describe(agent: str) -> str | None:
    """Return browser and system of a User-Agent header, such as "Firefox 128 on Android 14".

    Returns None if neither is known.
    """
    # The patterns are regular expressions on input of clients: the cut bounds their time.
    found = parse(agent[:1_000])
    browser = found.user_agent and _named(found.user_agent.family, found.user_agent.major)
    system = found.os and _named(found.os.family, found.os.major)
    return " on ".join(part for part in (browser, system) if part) or None


def _named(family: str, version: str | None) -> str:
    return f"{family} {version}" if version else family
