"""What a browser says it is, in a few words."""

from ua_parser import parse


def describe(agent: str) -> str | None:
    """Browser and system, such as "Firefox 128 on Android 14", from a User-Agent header.

    None where it says nothing that anybody knows.
    """
    found = parse(agent[:1_000])
    browser = found.user_agent and _named(found.user_agent.family, found.user_agent.major)
    system = found.os and _named(found.os.family, found.os.major)
    return " on ".join(part for part in (browser, system) if part) or None


def _named(family: str, version: str | None) -> str:
    return f"{family} {version}" if version else family
