"""Errors as pages, for people whose browser navigates to an address that answers with one."""

from html import escape
from urllib.parse import quote

from aiohttp import web

from chatserver.core.errors import ChatError
from chatserver.i18n.languages import Texts
from chatserver.web.accept_language import reader_texts
from chatserver.web.plain_page import link, paragraph, plain_page, ways_on

SHARED = "key"
"""The query of a link to a transcript that was shared."""

NAMED = frozenset({401, 403, 404, 405, 413, 429})
"""The statuses that have texts of their own."""

STAFF = ("/console", "/supervision", "/administration", "/admin")


def wants_page(request: web.Request) -> bool:
    """Return True if a person opens the address: browsers name HTML and no JSON, clients do not."""
    accepted = request.headers.get("Accept", "").lower()
    return "text/html" in accepted and "json" not in accepted


def error_page(request: web.Request, error: ChatError, status: int) -> web.Response:
    """Return the page that says what happened, and where to go on."""
    texts, kind = reader_texts(request), _kind(request, status)
    body = [paragraph(texts.say(f"page.{kind}.text"))]
    if error.retry_after is not None and status == 429:
        # Whole seconds, rounded up.
        seconds = -(-error.retry_after // 1_000)
        body.append(paragraph(texts.say("page.wait", seconds=seconds)))
    links = ways_on(request, texts)
    if status == 401:
        sign_in = f"/login?next={quote(request.path_qs, safe='')}"
        body.append(f"<p>{link(sign_in, texts.say('page.sign_in'), primary=True)}</p>")
    elif request.path.startswith(STAFF):
        body.append(f"<p>{link('/console', texts.say('page.to_console'), primary=True)}</p>")
    else:
        chat, archive = texts.say("page.to_chat"), texts.say("page.to_archive")
        first, second = ("/chat", chat), ("/archive", archive)
        if kind == "link" or request.path.startswith("/archive"):
            first, second = second, first
        buttons = f"{link(*first, primary=True)} {link(*second)}"
        body.append(f'<p class="ways">{buttons}</p>')
        links = [each for each in links if each not in (link(*first), link(*second))]
    body.append(f'<p class="soft">{escape(texts.say("page.status", status=status))}</p>')
    title = texts.say(f"page.{kind}.title")
    return plain_page(request, title=title, body=body, links=links, status=status)


def title_of(texts: Texts, status: int) -> str | None:
    """Return what a status says of an address, or None for those without a text of their own."""
    return texts.say(f"page.{status}.title") if status in NAMED else None


def _kind(request: web.Request, status: int) -> str:
    """Return the part of the texts' keys that names the error."""
    if status == 404 and SHARED in request.query:
        return "link"
    if status in NAMED:
        return str(status)
    if status == 410:
        return "404"
    return "500" if status >= 500 else "400"
