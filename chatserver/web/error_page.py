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

STAFF_PATHS = ("/console", "/supervision", "/administration", "/admin")


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
    first, *others = _ways(request, texts, kind)
    buttons = [link(*first, primary=True), *(link(*each) for each in others)]
    body.append(f'<p class="ways">{" ".join(buttons)}</p>')
    body.append(f'<p class="soft">{escape(texts.say("page.status", status=status))}</p>')
    named = {link(*each) for each in (first, *others)}
    links = [each for each in ways_on(request, texts) if each not in named]
    title = texts.say(f"page.{kind}.title")
    return plain_page(request, title=title, body=body, links=links, status=status)


def _ways(request: web.Request, texts: Texts, kind: str) -> list[tuple[str, str]]:
    """Return where to go on, address and text, the likeliest first."""
    chat = ("/chat", texts.say("page.to_chat"))
    archive = ("/archive", texts.say("page.to_archive"))
    # The archive has no sign-in but its own links.
    if kind == "link" or request.path.startswith("/archive"):
        return [archive, chat]
    if kind == "401":
        back = quote(request.path_qs, safe="")
        return [(f"/login?next={back}", texts.say("page.sign_in"))]
    if request.path.startswith(STAFF_PATHS):
        return [("/console", texts.say("page.to_console"))]
    return [chat, archive]


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
