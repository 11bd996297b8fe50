"""Signed links to one file, which end after a while."""

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from chatserver.auth.file_links import FileLinks
from tests.playbook import NOON

LINKS = FileLinks(b"secret", "https://chat.example.org/", valid_for_ms=1_000)


def values(links: FileLinks, file: str = "file") -> tuple[str, str]:
    query = parse_qs(urlsplit(links.create(file, NOON).url).query)
    return query["until"][0], query["key"][0]


def test_a_link_opens_its_file_until_it_expires() -> None:
    made = LINKS.create("file", NOON)
    assert made.url.startswith("https://chat.example.org/files/file?until=")
    assert LINKS.is_valid("file", *values(LINKS), made.until - 1)
    assert not LINKS.is_valid("file", *values(LINKS), made.until)


def test_a_link_opens_no_other_file_and_no_other_site_opens_it() -> None:
    assert not LINKS.is_valid("other", *values(LINKS), NOON)
    other_site = FileLinks(b"other", LINKS.base_url, LINKS.valid_for_ms)
    assert not other_site.is_valid("file", *values(LINKS), NOON)


def test_a_link_cannot_be_made_valid_for_longer() -> None:
    until, key = values(LINKS)
    assert not LINKS.is_valid("file", str(int(until) + 1), key, NOON)


@given(st.text(), st.text())
def test_invented_values_open_nothing(until: str, key: str) -> None:
    assert not LINKS.is_valid("file", until, key, NOON)
