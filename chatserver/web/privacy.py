"""`GET /privacy`: what is stored of customers, where, how long, and who can read it."""

from collections.abc import Iterable, Iterator
from html import escape

from aiohttp import web

from chatserver.core.durations import DAY_S
from chatserver.i18n.languages import Texts
from chatserver.settings import Settings
from chatserver.web.accept_language import reader_texts
from chatserver.web.app_keys import SERVICES, SETTINGS
from chatserver.web.plain_page import paragraph, plain_page, ways_on

routes = web.RouteTableDef()


@routes.get("/privacy")
async def privacy(request: web.Request) -> web.Response:
    """Serve the page, written from the settings in force, or redirect to the operator's own."""
    settings = request.app[SETTINGS]
    if settings.privacy_url:
        headers = {"Location": settings.privacy_url, "Cache-Control": "no-store"}
        return web.Response(status=302, headers=headers)
    services, texts = request.app[SERVICES], reader_texts(request)
    topics = {topic.id: topic.name for topic in await services.topics.list_topics()}
    sections = {
        "stored": _stored(texts, settings),
        "where": _where(texts, settings, mails=services.mail.requests.is_enabled),
        "long": _how_long(texts, settings, topics),
        "who": _who(texts, settings),
        "rights": (texts.say(f"privacy.rights.{each}") for each in ("copy", "erase", "ask")),
    }
    body = [paragraph(texts.say("privacy.intro"))]
    for section, sentences in sections.items():
        body += [f"<h2>{escape(texts.say(f'privacy.{section}'))}</h2>", _list(sentences)]
    return plain_page(request, title=texts.say("privacy"), body=body, links=ways_on(request, texts))


def _list(sentences: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(each)}</li>' for each in sentences)}</ul>"


def _stored(texts: Texts, settings: Settings) -> Iterator[str]:
    for each in (
        "messages",
        *(("mails",) if settings.mail_listen else ()),
        "rating",
        "profile",
        "visit",
    ):
        yield texts.say(f"privacy.stored.{each}")
    if settings.mask:
        kinds = ", ".join(texts.say(f"privacy.masked.{kind}") for kind in sorted(settings.mask))
        yield texts.say("privacy.stored.masked", kinds=kinds)
    yield texts.say("privacy.stored.address")
    yield texts.say("privacy.stored.browser")


def _where(texts: Texts, settings: Settings, *, mails: bool) -> Iterator[str]:
    yield texts.say("privacy.where.server")
    if mails:
        yield texts.say("privacy.where.mail")
    if settings.clamav:
        yield texts.say("privacy.where.scanner")


def _how_long(texts: Texts, settings: Settings, topics: dict[str, str]) -> Iterator[str]:
    yield texts.say(f"privacy.long.{_length(settings.keep_days)}", days=settings.keep_days)
    for topic, days in sorted(settings.keep_days_by_topic.items()):
        name = topics.get(topic, topic)
        yield texts.say(f"privacy.long.topic.{_length(days)}", topic=name, days=days)
    share_days = max(1, round(settings.share_valid_for_s / DAY_S))
    yield texts.say("privacy.long.share", days=share_days)
    yield texts.say("privacy.long.held")


def _length(days: int) -> str:
    """Return the part of a text's key that fits a number of days."""
    return {0: "ever", 1: "day"}.get(days, "days")


def _who(texts: Texts, settings: Settings) -> Iterator[str]:
    yield texts.say("privacy.who.technicians")
    yield texts.say("privacy.who.waiting")
    if settings.solved_shared:
        yield texts.say("privacy.who.shared")
    yield texts.say("privacy.who.link")
