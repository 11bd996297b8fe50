"""Pages that the server writes itself and that need no script: errors, privacy, a left message."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable
from html import escape

from aiohttp import web

from chatserver.auth.cookie_names import Cookie
from chatserver.i18n.languages import Texts
from chatserver.web.accept_language import reader_texts
from chatserver.web.app_keys import SERVICES
from chatserver.web.cookies import read_cookie
from chatserver.web.security_headers import PAGE_POLICY, POLICY_KEY
from chatserver.web.static import ASSETS

HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}")

# `same-origin`: with the `no-referrer` of the header, browsers would send `Origin: null` with a
# form, which is refused like another site's.
PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="{static}/icon.svg">
<script src="{static}/elements/theme.js"></script>
<link rel="stylesheet" href="{static}/tokens.css">
<link rel="stylesheet" href="{static}/plain/plain.css">
<style>{style}</style>
</head>
<body>
<header>{site}</header>
<main>
<h1>{title}</h1>
{body}
</main>
<footer>{links}</footer>
</body>
</html>
"""


def plain_page(
    request: web.Request,
    *,
    title: str,
    body: Iterable[str],
    links: Iterable[str] = (),
    status: int = 200,
) -> web.Response:
    """Return a page in the reader's language, with the site's name and colour.

    `title` is text, `body` and `links` are HTML.
    """
    texts, style = reader_texts(request), _style(request)
    html = PAGE.format(
        language=texts.language,
        direction=texts.say("transcript.direction"),
        title=escape(title),
        static=f"/static/{request.app[ASSETS].version}",
        style=style,
        site=escape(_site_name(request, texts)),
        body="\n".join(body),
        links=" ".join(links),
    )
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
    response = web.Response(text=html, content_type="text/html", status=status, headers=headers)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    own_style = f"style-src 'self' 'sha256-{digest}'"
    response[POLICY_KEY] = PAGE_POLICY.replace("style-src 'self'", own_style) + "'none'"
    return response


def paragraph(text: str) -> str:
    """Return a text as a paragraph of HTML."""
    return f"<p>{escape(text)}</p>"


def link(address: str, text: str, *, primary: bool = False) -> str:
    """Return a link as HTML; a `primary` one looks like a button."""
    kind = ' class="button"' if primary else ""
    return f'<a href="{escape(address)}"{kind}>{escape(text)}</a>'


def ways_on(request: web.Request, texts: Texts) -> list[str]:
    """Return links to the chat, the archive and the privacy page, as HTML; for technicians also
    to the console."""
    ways = [("/chat", "page.to_chat"), ("/archive", "page.to_archive"), ("/privacy", "privacy")]
    if read_cookie(request, Cookie.SESSION):
        ways.insert(0, ("/console", "page.to_console"))
    return [link(address, texts.say(key)) for address, key in ways if address != request.path]


def _style(request: web.Request) -> str:
    """Return the site's colour as custom properties, with black or white for text on it."""
    accent = request.app[SERVICES].site.current.widget.accent
    if not HEX_COLOUR.fullmatch(accent):
        return ""
    # At a lightness of 49.5 black and white have the same contrast.
    ink = f"lch(from {accent} clamp(0, (49.5 - l) * 99, 100) 0 0)"
    return f":root{{--fill:{accent};--on-fill:#fff;--on-fill:{ink}}}"


def _site_name(request: web.Request, texts: Texts) -> str:
    widget = request.app[SERVICES].site.current.widget
    return widget.label or widget.title or texts.say("page.site")
