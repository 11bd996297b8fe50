"""The privacy page says what the settings in force mean, in the language of its reader."""

from html import unescape
from pathlib import Path

import aiohttp
import pytest

from chatserver.app import RunningServer
from chatserver.core.conversation.masking import SecretKind
from chatserver.i18n.languages import languages
from tests.conftest import StartServer
from tests.wire.client import hired


async def privacy_page(server: RunningServer, language: str = "en") -> str:
    async with aiohttp.request("GET", f"{server.url}/privacy?language={language}") as answer:
        assert answer.status == 200
        return unescape(await answer.text())


@pytest.mark.parametrize("language", languages())
async def test_the_page_is_written_in_each_language(server: RunningServer, language: str) -> None:
    html = await privacy_page(server, language)
    assert f'<html lang="{language}"' in html
    assert html.count("<h2>") == 5


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (0, "Until you or we delete it."),
        (1, "Ended conversations are deleted after one day."),
        (90, "Ended conversations are deleted after 90 days."),
    ],
)
async def test_the_page_says_how_long_conversations_are_kept(
    start: StartServer, days: int, sentence: str
) -> None:
    assert sentence in await privacy_page(await start(keep_days=days))


async def test_the_page_names_topics_that_are_kept_for_another_time(start: StartServer) -> None:
    server = await start(keep_days=90, keep_days_by_topic={"dsl": 30, "billing": 0})
    await hired(server, "bob", topics=frozenset({"dsl"}))
    html = await privacy_page(server)
    assert "“dsl”: after 30 days." in html
    assert "“billing”: until you or we delete it." in html


async def test_the_page_says_what_is_hidden_before_it_is_stored(
    start: StartServer, tmp_path: Path
) -> None:
    assert "Hidden before" not in await privacy_page(await start())
    server = await start(data=tmp_path / "masking", mask=[SecretKind.CARD, SecretKind.PASSWORD])
    assert "Hidden before anything is stored: card numbers, passwords." in await privacy_page(
        server
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"clamav": "/run/clamav.sock"}, "virus scanner"),
        ({"smtp_host": "127.0.0.1", "mail_from": "help@example.org"}, "through a mail server"),
        ({"share_valid_for_s": 2 * 86_400}, "work for 2 days"),
        ({"solved_shared": True}, "once a conversation has ended"),
    ],
)
async def test_the_page_says_what_a_setting_means(
    start: StartServer, settings: dict[str, object], sentence: str
) -> None:
    assert sentence in await privacy_page(await start(**settings))


async def test_the_page_says_where_all_technicians_may_read_solved_conversations(
    start: StartServer,
) -> None:
    page = await privacy_page(await start(solved_shared=False))
    assert "once a conversation has ended" not in page


async def test_the_operators_own_page_takes_the_place_of_the_page(start: StartServer) -> None:
    own = "https://www.example.org/privacy?from=chat"
    server = await start(privacy_url=own)
    async with aiohttp.request("GET", f"{server.url}/privacy", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, own)
