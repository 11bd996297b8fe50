"""Origins of pages that may open live sessions."""

import pytest

from chatserver.auth.origins import Origins
from chatserver.settings import Settings

OURS = ("https", "help.example")


def origins(*allowed: str, public: str | None = None) -> Origins:
    return Origins.from_settings(Settings(public_url=public, allowed_origins=allowed))


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        ("https://help.example", True),
        ("https://HELP.example:443", True),
        ("http://help.example", False),
        ("https://help.example:8443", False),
        # Texts that begin or end like the own origin.
        ("https://help.example.evil.example", False),
        ("https://evil.example#help.example", False),
        ("https://help.example@evil.example", False),
        ("https://xhelp.example", False),
        ("null", False),
        ("", False),
        ("https://[half", False),
        ("https://help.example:port", False),
    ],
)
def test_an_own_page_has_exactly_the_scheme_host_and_port_asked(origin: str, own: bool) -> None:
    assert origins().is_own(origin, *OURS) is own


def test_pages_at_the_public_url_are_own_behind_a_proxy() -> None:
    behind = origins(public="https://Help.example:443/")
    assert behind.is_own("https://help.example", "http", "127.0.0.1:8080")


def test_an_ipv6_host_loses_only_its_default_port() -> None:
    assert origins().is_own("http://[::1]", "http", "[::1]:80")
    assert not origins().is_own("http://[::1]", "http", "[::1]:8080")


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (None, True),
        ("https://help.example", True),
        ("https://shop.example", True),
        ("https://shop.example:443", True),
        ("http://shop.example", False),
        ("https://www.shop.example", False),
        ("null", False),
    ],
)
def test_own_and_allowed_pages_and_programs_may_connect(origin: str | None, may: bool) -> None:
    assert origins("https://shop.example").may_connect(origin, *OURS) is may


def test_null_may_connect_only_where_it_is_listed() -> None:
    assert origins("null").may_connect("null", *OURS)


def test_a_star_allows_every_page() -> None:
    assert origins("*").may_connect("https://anything.example", *OURS)
